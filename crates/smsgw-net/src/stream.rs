//! A connection, with or without TLS.

use std::io;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(feature = "tls")]
use tokio_rustls::TlsStream;

#[cfg(feature = "tls")]
use crate::tls::TlsPeer;

/// A connection over the socket `S`, with or without TLS.
#[derive(Debug)]
pub struct Stream<S = TcpStream>(Transport<S>);

#[derive(Debug)]
enum Transport<S> {
    Plain(S),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<S>>),
}

impl<S> Stream<S> {
    pub(crate) const fn plain(socket: S) -> Self {
        Self(Transport::Plain(socket))
    }

    #[cfg(feature = "tls")]
    pub(crate) fn tls_over(stream: impl Into<TlsStream<S>>) -> Self {
        Self(Transport::Tls(Box::new(stream.into())))
    }

    /// The socket, for its addresses.
    #[must_use]
    pub fn socket(&self) -> &S {
        match &self.0 {
            Transport::Plain(socket) => socket,
            #[cfg(feature = "tls")]
            Transport::Tls(stream) => stream.get_ref().0,
        }
    }

    /// What the TLS handshake led to; `None` without TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(&self) -> Option<TlsPeer> {
        match &self.0 {
            Transport::Plain(_) => None,
            Transport::Tls(stream) => TlsPeer::of(stream.get_ref().1),
        }
    }
}

/// Calls a method of the transport, whichever it is.
macro_rules! forward {
    ($stream:expr, $method:ident($($argument:expr),*)) => {
        match $stream {
            Transport::Plain(socket) => Pin::new(socket).$method($($argument),*),
            #[cfg(feature = "tls")]
            Transport::Tls(stream) => Pin::new(stream.as_mut()).$method($($argument),*),
        }
    };
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        forward!(&mut self.0, poll_read(context, buffer))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        forward!(&mut self.0, poll_write(context, octets))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        forward!(&mut self.0, poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.0 {
            Transport::Plain(socket) => socket.is_write_vectored(),
            #[cfg(feature = "tls")]
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(&mut self.0, poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(&mut self.0, poll_shutdown(context))
    }
}
