//! Learns when a program opens or closes a terminal.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(not(target_os = "linux"))]
pub(super) use held::Watch;
#[cfg(target_os = "linux")]
pub(super) use inotify::Watch;

fn open_terminal(device: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(open(device, flags, Mode::empty())?))
}

/// The system tells.
#[cfg(target_os = "linux")]
mod inotify {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
    use tokio::io::AsyncReadExt as _;
    use tokio::net::unix::pipe::Receiver;

    /// To the runtime it is like a pipe.
    #[derive(Debug)]
    pub(crate) struct Watch(Receiver);

    impl Watch {
        pub(crate) fn new(device: &Path) -> io::Result<Self> {
            let watch = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
            add_watch(&watch, device, WatchFlags::OPEN | WatchFlags::CLOSE)?;
            Receiver::from_file_unchecked(watch.into()).map(Self)
        }

        /// Waits until it was opened or closed since the last time.
        ///
        /// Cancel-safe.
        pub(crate) async fn changed(&mut self) -> io::Result<()> {
            // What happened how often is of no interest.
            let _count = self.0.read(&mut [0; 1024]).await?;
            Ok(())
        }

        /// Opens it for a moment.
        pub(crate) fn open(&self, device: &Path) -> io::Result<File> {
            super::open_terminal(device)
        }
    }
}

/// Nobody tells: it is held open, so that reading it is no error, and a program seems to have it
/// open all the time.
#[cfg(not(target_os = "linux"))]
mod held {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    #[derive(Debug)]
    pub(crate) struct Watch(File);

    impl Watch {
        pub(crate) fn new(device: &Path) -> io::Result<Self> {
            super::open_terminal(device).map(Self)
        }

        pub(crate) async fn changed(&mut self) -> io::Result<()> {
            std::future::pending().await
        }

        pub(crate) fn open(&self, _device: &Path) -> io::Result<File> {
            self.0.try_clone()
        }
    }
}
