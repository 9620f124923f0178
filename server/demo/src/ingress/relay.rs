//! Bytes both ways between two connections, as nginx does after an upgrade: until one of them
//! ends, or neither has said anything for a minute.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// `proxy_read_timeout` and `proxy_send_timeout` of ingress-nginx.
pub(super) const SILENCE: Duration = Duration::from_mins(1);

const BUFFER: usize = 8 << 10;

/// Passes on what either side says.
pub(super) async fn relay<A, B>(mut a: A, mut b: B, silence: Duration) -> io::Result<()>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    let (mut from_a, mut from_b) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        let said = async {
            tokio::select! {
                count = a.read(&mut from_a) => pass(&mut b, from_a.get(..count?)).await,
                count = b.read(&mut from_b) => pass(&mut a, from_b.get(..count?)).await,
            }
        };
        match timeout(silence, said).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) | Err(_) => break,
            Ok(Err(error)) => return Err(error),
        }
    }
    a.shutdown().await?;
    b.shutdown().await
}

/// Writes what was read; `false` when that was the end.
async fn pass<W: AsyncWrite + Unpin>(to: &mut W, said: Option<&[u8]>) -> io::Result<bool> {
    let said = said.unwrap_or_default();
    to.write_all(said).await?;
    to.flush().await?;
    Ok(!said.is_empty())
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    #[tokio::test]
    async fn both_sides_are_heard_until_one_ends() {
        let (mut client, left) = duplex(64);
        let (mut server, right) = duplex(64);
        let relayed = tokio::spawn(relay(left, right, SILENCE));
        client.write_all(b"ping").await.unwrap();
        let mut heard = [0; 4];
        server.read_exact(&mut heard).await.unwrap();
        server.write_all(b"pong").await.unwrap();
        client.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"pong");
        drop(client);
        assert_eq!(server.read(&mut heard).await.unwrap(), 0);
        relayed.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_it_after_a_minute() {
        let (mut client, left) = duplex(64);
        let (_server, right) = duplex(64);
        let begun = tokio::time::Instant::now();
        let relayed = tokio::spawn(relay(left, right, SILENCE));
        tokio::time::sleep(SILENCE / 2).await;
        client.write_all(b"still here").await.unwrap();
        assert_eq!(client.read(&mut [0; 4]).await.unwrap(), 0);
        relayed.await.unwrap().unwrap();
        assert_eq!(begun.elapsed(), SILENCE * 3 / 2);
    }
}
