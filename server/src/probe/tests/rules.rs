//! S-05: no way of writing a forbidden address gets past the rules.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::prelude::*;
use skyports_model::Host;

use super::super::outcome::Outcome;
use super::{Names, Prober, Rules, check, target};

fn forbidden(ip: IpAddr) -> bool {
    Rules::default().forbid(SocketAddr::new(ip, 80), false).is_some()
}

/// Addresses that are never asked, whoever gives them.
fn bad_v4() -> impl Strategy<Value = Ipv4Addr> {
    let within = |base: u32, bits: u32| {
        let size = u32::MAX.checked_shr(bits).unwrap_or(0);
        (0..=size).prop_map(move |rest| Ipv4Addr::from(base | rest))
    };
    prop_oneof![
        within(u32::from(Ipv4Addr::new(127, 0, 0, 0)), 8),
        within(u32::from(Ipv4Addr::new(169, 254, 0, 0)), 16),
        within(0, 8),
        within(u32::from(Ipv4Addr::new(224, 0, 0, 0)), 4),
        within(u32::from(Ipv4Addr::new(240, 0, 0, 0)), 4),
        Just(Ipv4Addr::new(169, 254, 169, 254)),
        Just(Ipv4Addr::new(100, 100, 100, 200)),
        Just(Ipv4Addr::new(168, 63, 129, 16)),
        Just(Ipv4Addr::new(192, 0, 0, 192)),
        Just(Ipv4Addr::BROADCAST),
    ]
}

/// Every IPv6 form that carries an IPv4 address, with anything in the rest of it.
fn carrying(ip: Ipv4Addr, form: u8, rest: u128) -> Ipv6Addr {
    let v4 = u128::from(ip.to_bits());
    let (prefix, kept) = match form {
        0 => (0xffff << 32, 96),
        1 => (0, 96),
        2 => ((0x64_ff9b_u128) << 96, 96),
        3 => (0xffff_u128 << 48, 96),
        4 => ((0x64_ff9b_0001_u128) << 80, 48),
        5 => (0x2002_u128 << 112, 16),
        6 => (0x2001_u128 << 112, 32),
        _ => ((0x2001_u128 << 112) | (u128::from(u32::from(Ipv4Addr::new(8, 8, 8, 8))) << 64), 32),
    };
    let free = u128::MAX.checked_shr(kept).unwrap_or(0);
    let bits = match form {
        4 => prefix | (rest & free & !0xffff_ffff) | v4,
        5 => prefix | (v4 << 80) | (rest & (u128::MAX >> 48)),
        6 => prefix | (v4 << 64) | (rest & u128::from(u64::MAX)),
        7 => prefix | u128::from(!ip.to_bits()),
        _ => prefix | v4,
    };
    Ipv6Addr::from(bits)
}

/// The spellings that C libraries and browsers take for an IPv4 address.
fn spellings(ip: Ipv4Addr) -> Vec<String> {
    let (bits, [a, b, c, d]) = (ip.to_bits(), ip.octets());
    vec![
        format!("{bits}"),
        format!("{bits:#x}"),
        format!("0{bits:o}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("{a}.{b}.{}", u32::from(c) << 8 | u32::from(d)),
        format!("{a}.{}", bits & 0xff_ffff),
        format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        format!("{ip}"),
        format!("{ip}."),
    ]
}

proptest! {
    #[test]
    fn no_form_of_a_forbidden_address_is_asked(ip in bad_v4(), rest in any::<u128>()) {
        prop_assert!(forbidden(ip.into()), "{ip}");
        for form in 0..8 {
            let carrying = carrying(ip, form, rest);
            prop_assert!(forbidden(carrying.into()), "{carrying} carries {ip}");
        }
        for text in spellings(ip) {
            // Either it is no host at all, or it is the address that is looked at.
            if let Ok(host) = Host::parse(&text) {
                prop_assert!(host.ip().is_some_and(forbidden), "{text} is {host}");
            }
        }
    }

    #[test]
    fn what_never_is_a_host_of_ipv6_is_not_asked(rest in any::<u128>()) {
        let within = |prefix: u16, bits: u32| {
            Ipv6Addr::from((u128::from(prefix) << 112) | (rest & (u128::MAX >> bits)))
        };
        for ip in [within(0xfe80, 10), within(0xff00, 8)] {
            prop_assert!(forbidden(ip.into()), "{ip}");
        }
    }
}

#[test]
fn addresses_of_endpoints_are_asked() {
    for ip in [
        "203.0.113.7",
        "10.0.0.7",
        "172.18.255.200",
        "192.168.1.240",
        "100.64.0.9",
        "8.8.8.8",
        "2001:db8::1",
        "fd12:3456::1",
        "::ffff:203.0.113.7",
        "64:ff9b::8.8.8.8",
        "2600::1",
    ] {
        assert!(!forbidden(ip.parse().unwrap()), "{ip}");
    }
    for ip in ["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "::1", "::"] {
        assert!(forbidden(ip.parse().unwrap()), "{ip}");
    }
}

#[tokio::test]
async fn this_machine_is_asked_where_the_endpoint_is_said_to_be_here() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    assert!(matches!(check(&format!("127.0.0.1:{port}")).await, Outcome::Connected { .. }));
    let mapped = check(&format!("[::ffff:127.0.0.1]:{port}")).await;
    assert!(matches!(mapped, Outcome::Forbidden(_)), "{mapped:?}");
    // The first connection is the only one.
    listener.accept().await.unwrap();
    let second = tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept());
    assert!(second.await.is_err());
}

#[tokio::test]
async fn neither_we_nor_an_api_server_are_asked() {
    let own: SocketAddr = "127.0.0.1:7676".parse().unwrap();
    let host = |text: &str| Host::parse(text).unwrap();
    let servers = [(host("10.0.0.1"), 443), (host("k3s.example"), 6443)];
    let names = Names::answering(&[&["203.0.113.9"]]);
    let prober = Prober::new(Rules::sparing(servers).listening_on(own), names.clone());
    for at in ["127.0.0.1:7676", "10.0.0.1:443", "203.0.113.9:6443", "k3s.example:6443"] {
        let outcome = prober.check(&target(at)).await;
        assert!(matches!(outcome, Outcome::Forbidden(_)), "{at}: {outcome:?}");
    }
    let everywhere = Rules::default().listening_on("0.0.0.0:80".parse().unwrap());
    assert!(everywhere.forbid("10.1.2.3:80".parse().unwrap(), false).is_some());
    assert!(everywhere.forbid("10.1.2.3:81".parse().unwrap(), false).is_none());
}
