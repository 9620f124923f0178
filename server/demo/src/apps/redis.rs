//! Stands in for Redis: it answers `PING`, and says of everything else that it is a stand-in.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// A client that says nothing for this long is left.
const SILENCE: Duration = Duration::from_mins(5);

/// Answers each thing that is said, until the client goes.
pub(super) async fn serve(mut connection: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut said = vec![0; 1024];
    while let Ok(count) = timeout(SILENCE, connection.read(&mut said)).await {
        let said = said.get(..count?).unwrap_or_default();
        if said.is_empty() {
            break;
        }
        let is_ping = said.to_ascii_uppercase().windows(4).any(|word| word == b"PING");
        let answer: &[u8] = if is_ping {
            b"+PONG\r\n"
        } else {
            b"-ERR demo stand-in for Redis, which only knows PING\r\n"
        };
        connection.write_all(answer).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ping_is_answered() {
        let (mut client, here) = tokio::io::duplex(64);
        let served = tokio::spawn(serve(here));
        client.write_all(b"*1\r\n$4\r\nping\r\n").await.unwrap();
        let mut heard = [0; 7];
        client.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"+PONG\r\n");
        drop(client);
        served.await.unwrap().unwrap();
    }
}
