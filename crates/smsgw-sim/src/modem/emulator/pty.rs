//! A pseudo terminal: what programs open as a serial port.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe::{Receiver, Sender};

use super::watch::Watch;

/// A pseudo terminal with a symbolic link to it, which is removed with it.
#[derive(Debug)]
pub(super) struct Pty {
    master: OwnedFd,
    device: PathBuf,
    link: PathBuf,
    watch: Watch,
}

impl Pty {
    /// A new one, and a link to it at `link`; a link that is there is replaced, anything else is
    /// not.
    pub(super) fn open(link: &Path) -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        // Not all systems can do it at once.
        fcntl_setfd(&master, FdFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        rustix::io::ioctl_fionbio(&master, true)?;
        let device = ptsname(&master, Vec::new())?;
        let device = PathBuf::from(OsStr::from_bytes(device.to_bytes()));
        let watch = Watch::new(&device)?;
        let pty = Self {
            master,
            device,
            link: link.to_owned(),
            watch,
        };
        // It was open once: before that, it does not say that nobody has it open.
        pty.reset()?;
        put_link(&pty.device, link)?;
        Ok(pty)
    }

    /// Waits until a program has it open.
    ///
    /// Cancel-safe.
    pub(super) async fn accept(&mut self) -> io::Result<PtyStream> {
        while !self.has_client()? {
            self.watch.changed().await?;
        }
        let end = || self.master.try_clone().map(File::from);
        Ok(PtyStream {
            reader: Receiver::from_file_unchecked(end()?)?,
            writer: Sender::from_file_unchecked(end()?)?,
        })
    }

    /// Makes it as new, as nobody has it open any more: what was not read is gone, and settings
    /// are those of the start.
    pub(super) fn reset(&self) -> io::Result<()> {
        let slave = self.watch.open(&self.device)?;
        tcflush(&slave, QueueSelector::IFlush)?;
        make_raw(&self.master)
    }

    /// Whether a program has it open, or left something to read.
    fn has_client(&self) -> io::Result<bool> {
        let mut fds = [PollFd::new(&self.master, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default()))?;
        let [fd] = fds;
        let ready = fd.revents();
        Ok(ready.contains(PollFlags::IN) || !ready.contains(PollFlags::HUP))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Unless another one has put its own there.
        if fs::read_link(&self.link).is_ok_and(|device| device == self.device) {
            let _ = fs::remove_file(&self.link);
        }
    }
}

/// No echo, no lines, no characters with a meaning, whoever opens it.
fn make_raw(terminal: &OwnedFd) -> io::Result<()> {
    let mut settings = tcgetattr(terminal)?;
    settings.make_raw();
    tcsetattr(terminal, OptionalActions::Now, &settings)?;
    Ok(())
}

/// A link at once in its place: at no time is there none, or one to nothing.
fn put_link(device: &Path, link: &Path) -> io::Result<()> {
    let there = fs::symlink_metadata(link);
    if there.is_ok_and(|there| !there.is_symlink()) {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "there is something that is no symbolic link",
        ));
    }
    let mut name = link.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let temporary = link.with_file_name(name);
    // Of a process with this number that is gone.
    let _ = fs::remove_file(&temporary);
    symlink(device, &temporary)?;
    fs::rename(&temporary, link).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// What a program that has the terminal open says and hears. Ends when none has it open.
///
/// To the runtime a terminal is like two pipes.
#[derive(Debug)]
pub(super) struct PtyStream {
    reader: Receiver,
    writer: Sender,
}

impl AsyncRead for PtyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.reader).poll_read(context, buffer) {
            Poll::Ready(Err(error)) if is_hangup(&error) => Poll::Ready(Ok(())),
            read => read,
        }
    }
}

impl AsyncWrite for PtyStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.writer).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_shutdown(context)
    }
}

/// Reading the master of a terminal that nobody has open is this error, not an end.
fn is_hangup(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::IO.raw_os_error())
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::OFlags;
    use rustix::termios::LocalModes;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn open(link: &Path) -> File {
        let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        options.custom_flags(i32::try_from(flags.bits()).unwrap());
        options.open(link).unwrap()
    }

    fn has_echo(terminal: &File) -> bool {
        let settings = tcgetattr(terminal).unwrap();
        settings.local_modes.contains(LocalModes::ECHO)
    }

    fn would_block(terminal: &mut File) -> bool {
        let read = terminal.read(&mut [0; 16]);
        read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    #[tokio::test]
    async fn programs_come_and_go() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("modem");
        let mut pty = Pty::open(&link).unwrap();

        // It comes before it is waited for, and leaves with another's settings.
        let mut program = open(&link);
        assert!(!has_echo(&program));
        let mut settings = tcgetattr(&program).unwrap();
        settings.local_modes |= LocalModes::ECHO | LocalModes::ICANON;
        tcsetattr(&program, OptionalActions::Now, &settings).unwrap();
        program.write_all(b"AT\r").unwrap();
        let mut stream = pty.accept().await.unwrap();
        let mut said = [0; 3];
        stream.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"AT\r");
        stream.write_all(b"unread\r\n").await.unwrap();
        drop(program);
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        drop(stream);
        pty.reset().unwrap();

        // It comes while it is waited for, and finds all as new.
        let (stream, program) = tokio::join!(pty.accept(), async {
            tokio::task::yield_now().await;
            open(&link)
        });
        let (mut stream, mut program) = (stream.unwrap(), program);
        assert!(!has_echo(&program) && would_block(&mut program));
        stream.write_all(b"OK").await.unwrap();
        let mut heard = [0; 2];
        program.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"OK");
        drop((stream, program));

        // It says something and is gone at once.
        pty.reset().unwrap();
        let mut program = open(&link);
        program.write_all(b"AT").unwrap();
        drop(program);
        let mut stream = pty.accept().await.unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.unwrap();
        assert_eq!(said, b"AT");
    }

    #[tokio::test]
    async fn a_terminal_that_nobody_opens_costs_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let mut pty = Pty::open(&directory.path().join("modem")).unwrap();
        for _ in 0..3 {
            let mut polls = 0;
            {
                let mut accept = std::pin::pin!(pty.accept());
                let polled = std::future::poll_fn(|context| {
                    polls += 1;
                    accept.as_mut().poll(context)
                });
                let waited = tokio::time::timeout(std::time::Duration::from_millis(20), polled);
                assert!(waited.await.is_err());
            }
            assert!(polls < 5, "{polls}");
            pty.reset().unwrap();
        }
    }

    #[tokio::test]
    async fn a_link_is_replaced_and_removed_but_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("modem");
        symlink("/dev/pts/none", &link).unwrap();
        let first = Pty::open(&link).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), first.device);
        let second = Pty::open(&link).unwrap();
        drop(first);
        assert_eq!(fs::read_link(&link).unwrap(), second.device);
        drop(second);
        assert!(fs::symlink_metadata(&link).is_err());
        fs::write(&link, "precious").unwrap();
        let error = Pty::open(&link).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&link).unwrap(), b"precious");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
