//! Where a port is, as people write it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the port of a modem is.
///
/// | text | is |
/// |---|---|
/// | `/dev/ttyUSB0`, `COM3` | the serial port or pseudoterminal by that name, at 115,200 bits a second |
/// | `serial:/dev/ttyS0?baud=9600&flow=hardware` | the same with its settings |
/// | `tcp:HOST:PORT` | a TCP server that passes octets on: ser2net, an emulator |
/// | `unix:/run/modem` | a unix socket |
/// | `unix:@NAME` | a unix socket with a name instead of a path, on Linux |
///
/// ```
/// use smsgw_at::port::PortAddress;
///
/// let address: PortAddress = "/dev/serial/by-id/usb-HUAWEI-if00-port0".parse()?;
/// assert!(matches!(address, PortAddress::Serial(_)));
/// let wrong = "serial:/dev/ttyS0?baud=fast".parse::<PortAddress>().unwrap_err();
/// assert_eq!(wrong.to_string(), "baud: not a number from 50 to 4000000");
/// # Ok::<(), smsgw_at::port::PortAddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortAddress {
    /// A serial port, or a pseudoterminal.
    Serial(SerialAddress),
    /// Host name or address, and port.
    Tcp(String),
    /// The path of a unix socket.
    Unix(PathBuf),
    /// The name of a unix socket without a path, without the NUL in front.
    Abstract(String),
}

/// A serial port and how it is set: 8 data bits, no parity, one stop bit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SerialAddress {
    /// The path; the port's name where ports have no path.
    pub path: String,
    /// Bits a second. What is not a real serial line takes any.
    pub baud: u32,
    /// How each side stops the other.
    pub flow: FlowControl,
}

/// How each side of a serial line stops the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FlowControl {
    /// Not at all.
    #[default]
    None,
    /// By the lines RTS and CTS. Without them in the cable nothing can be sent.
    Hardware,
    /// By the octets XON and XOFF. A modem that does not know them takes them for input.
    Software,
}

/// What is wrong with the text of a [`PortAddress`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortAddressError {
    field: &'static str,
    reason: &'static str,
}

impl SerialAddress {
    /// Bits a second when nothing else is said.
    pub const BAUD: u32 = 115_200;

    /// The port at this path, with the usual settings.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            baud: Self::BAUD,
            flow: FlowControl::None,
        }
    }

    fn set(&mut self, setting: &str) -> Result<(), PortAddressError> {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        match name {
            "baud" => {
                let number = value.parse().ok();
                let number = number.filter(|baud| (50..=4_000_000).contains(baud));
                self.baud = number.ok_or_else(|| {
                    PortAddressError::new("baud", "not a number from 50 to 4000000")
                })?;
            }
            "flow" => {
                self.flow = match value {
                    "none" => FlowControl::None,
                    "hardware" => FlowControl::Hardware,
                    "software" => FlowControl::Software,
                    _ => {
                        let reason = "there are none, hardware and software";
                        return Err(PortAddressError::new("flow", reason));
                    }
                }
            }
            _ => {
                let reason = "the settings are baud and flow";
                return Err(PortAddressError::new("serial", reason));
            }
        }
        Ok(())
    }
}

impl From<SerialAddress> for PortAddress {
    fn from(address: SerialAddress) -> Self {
        Self::Serial(address)
    }
}

impl FromStr for PortAddress {
    type Err = PortAddressError;

    fn from_str(text: &str) -> Result<Self, PortAddressError> {
        if text.contains('\0') {
            return Err(PortAddressError::new("port", "has a NUL"));
        }
        if let Some(server) = text.strip_prefix("tcp:") {
            return tcp(server);
        }
        if let Some(name) = text.strip_prefix("unix:@") {
            return match name {
                "" => Err(PortAddressError::new("unix", "no name behind @")),
                name => Ok(Self::Abstract(name.to_owned())),
            };
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err(PortAddressError::new("unix", "no path")),
                path => Ok(Self::Unix(path.into())),
            };
        }
        let Some(serial) = text.strip_prefix("serial:") else {
            return match text {
                "" => Err(PortAddressError::new("port", "is empty")),
                path => Ok(SerialAddress::new(path).into()),
            };
        };
        // The last one: a path may have a question mark.
        let (path, settings) = serial.rsplit_once('?').unwrap_or((serial, ""));
        if path.is_empty() {
            return Err(PortAddressError::new("serial", "no path"));
        }
        let mut address = SerialAddress::new(path);
        let settings = settings.split('&').filter(|setting| !setting.is_empty());
        for setting in settings {
            address.set(setting)?;
        }
        Ok(address.into())
    }
}

fn tcp(server: &str) -> Result<PortAddress, PortAddressError> {
    let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
    if host.is_empty() || port.parse::<u16>().is_err() {
        return Err(PortAddressError::new("tcp", "not HOST:PORT"));
    }
    Ok(PortAddress::Tcp(server.to_owned()))
}

/// As [`FromStr`] reads it.
impl fmt::Display for PortAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(address) => address.fmt(f),
            Self::Tcp(server) => write!(f, "tcp:{server}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Abstract(name) => write!(f, "unix:@{name}"),
        }
    }
}

impl fmt::Display for SerialAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, baud, flow } = self;
        let schemes = ["serial:", "tcp:", "unix:"];
        let is_plain = !schemes.iter().any(|scheme| path.starts_with(scheme));
        if is_plain && *baud == Self::BAUD && *flow == FlowControl::None {
            return f.write_str(path);
        }
        write!(f, "serial:{path}?baud={baud}")?;
        match flow {
            FlowControl::None => Ok(()),
            FlowControl::Hardware => f.write_str("&flow=hardware"),
            FlowControl::Software => f.write_str("&flow=software"),
        }
    }
}

impl PortAddressError {
    const fn new(field: &'static str, reason: &'static str) -> Self {
        Self { field, reason }
    }
}

impl fmt::Display for PortAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for PortAddressError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_form_is_read_and_printed() {
        for (text, address) in [
            ("/dev/ttyUSB0", SerialAddress::new("/dev/ttyUSB0").into()),
            ("COM3", SerialAddress::new("COM3").into()),
            ("tcp:[::1]:4000", PortAddress::Tcp("[::1]:4000".to_owned())),
            ("unix:/run/m 1", PortAddress::Unix("/run/m 1".into())),
            ("unix:@m", PortAddress::Abstract("m".to_owned())),
            (
                "serial:/dev/ttyS0?baud=9600&flow=hardware",
                PortAddress::Serial(SerialAddress {
                    path: "/dev/ttyS0".to_owned(),
                    baud: 9_600,
                    flow: FlowControl::Hardware,
                }),
            ),
        ] {
            assert_eq!(text.parse(), Ok(address.clone()));
            assert_eq!(address.to_string(), text);
        }
        // Two ways to write one.
        let long: PortAddress = "serial:/dev/ttyS0?flow=none".parse().unwrap();
        assert_eq!(long.to_string(), "/dev/ttyS0");
    }

    #[test]
    fn what_is_wrong_is_told_by_name() {
        for (text, error) in [
            ("", "port: is empty"),
            ("tcp:host", "tcp: not HOST:PORT"),
            ("tcp::4000", "tcp: not HOST:PORT"),
            ("tcp:host:65536", "tcp: not HOST:PORT"),
            ("unix:", "unix: no path"),
            ("unix:@", "unix: no name behind @"),
            ("unix:/a\0b", "port: has a NUL"),
            ("serial:?baud=9600", "serial: no path"),
            (
                "serial:/dev/x?baud=0",
                "baud: not a number from 50 to 4000000",
            ),
            (
                "serial:/dev/x?flow=cts",
                "flow: there are none, hardware and software",
            ),
            (
                "serial:/dev/x?parity=even",
                "serial: the settings are baud and flow",
            ),
        ] {
            let wrong = text.parse::<PortAddress>().unwrap_err();
            assert_eq!(wrong.to_string(), error, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same(text in "(serial:|tcp:|unix:|unix:@)?[a-z0-9/?&=:]{0,20}") {
            if let Ok(address) = text.parse::<PortAddress>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
