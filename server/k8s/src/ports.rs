//! Which ports speak HTTP, and HTTPS: the others get an address to copy and never a link.

use skyports_model::{Port, Scheme};

/// The number and what is usually on it. Defaults of the named software; the three of Ray and SSH
/// are the ports that SkyPilot 0.14.1's pods declare.
const NOT_HTTP: [(u16, &str); 25] = [
    (21, "FTP"),
    (22, "SSH"),
    (23, "Telnet"),
    (25, "SMTP"),
    (53, "DNS"),
    (1433, "SQL Server"),
    (1521, "Oracle Database"),
    (1883, "MQTT"),
    (2181, "ZooKeeper"),
    (2379, "etcd"),
    (2380, "etcd’s peers"),
    (3306, "MySQL"),
    (3389, "RDP"),
    (4222, "NATS"),
    (5432, "PostgreSQL"),
    (5672, "RabbitMQ"),
    (5900, "VNC"),
    (6379, "Redis"),
    (6380, "Ray’s GCS in SkyPilot"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (10_001, "Ray’s client server"),
    (11_211, "memcached"),
    (27_017, "MongoDB"),
    (29_500, "PyTorch’s rendezvous"),
];

/// Whether a link to the port would lead nowhere.
pub(crate) fn speaks_no_http(port: Port) -> bool {
    NOT_HTTP.iter().any(|(number, _)| *number == port.number())
}

/// The scheme of a port's links, where `https` is what the Service itself says; `None` where HTTP
/// is not spoken.
pub(crate) fn scheme(port: Port, target: Port, https: Option<bool>) -> Option<Scheme> {
    match https {
        Some(true) => Some(Scheme::Https),
        Some(false) => Some(Scheme::Http),
        None if speaks_no_http(target) || speaks_no_http(port) => None,
        None => {
            let secure = [port, target].iter().any(|port| matches!(port.number(), 443 | 8443));
            Some(if secure { Scheme::Https } else { Scheme::Http })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_no_app_with_pages() {
        assert!(NOT_HTTP.is_sorted_by(|a, b| a.0 < b.0));
        for (number, _) in NOT_HTTP {
            assert!(crate::apps::usual_on(Port::new(i64::from(number)).unwrap()).is_none());
        }
    }
}
