//! The modem's side of a port, by script.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What a test says in the place of a modem, over a stream.
pub(crate) struct Peer<S> {
    stream: S,
    input: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            input: Vec::new(),
        }
    }

    /// Sends this, as it is.
    pub(crate) async fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Sends lines, as a modem frames them.
    pub(crate) async fn answer(&mut self, lines: &[&str]) {
        let text: String = lines.iter().map(|line| format!("\r\n{line}\r\n")).collect();
        self.say(&text).await;
    }

    /// The next command, without `\r`; what is to be sent as a message, without its Ctrl-Z. `None`
    /// when the port was closed.
    pub(crate) async fn command(&mut self) -> Option<String> {
        loop {
            // ESC, and Ctrl-Z alone, are for a prompt that there is none of.
            let skip = self
                .input
                .iter()
                .position(|octet| !matches!(octet, 0x1b | 0x1a | b'\r'));
            self.input.drain(..skip.unwrap_or(self.input.len()));
            let end = self
                .input
                .iter()
                .position(|octet| matches!(octet, b'\r' | 0x1a));
            if let Some(end) = end {
                let line: Vec<u8> = self.input.drain(..=end).collect();
                return Some(String::from_utf8(line[..end].to_vec()).unwrap());
            }
            let mut octets = [0; 512];
            match self.stream.read(&mut octets).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.input.extend_from_slice(&octets[..count]),
            }
        }
    }

    /// Answers all commands as a modem does, up to this one, which is not answered.
    pub(crate) async fn until(&mut self, command: &str) {
        loop {
            let line = self.command().await.expect("the port is open");
            if line == command {
                return;
            }
            self.usual(&line).await;
        }
    }

    /// Answers all commands as a modem does, until the port is closed.
    pub(crate) async fn serve(&mut self) {
        while let Some(line) = self.command().await {
            self.usual(&line).await;
        }
    }

    /// Answers as a modem does that has all it needs.
    pub(crate) async fn usual(&mut self, line: &str) {
        let answer = match line {
            "AT+CGMI" => "ACME",
            "AT+CGMM" => "M1",
            "AT+CGMR" => "1.0",
            "AT+CGSN" => IMEI,
            "AT+CIMI" => "001010123456789",
            "AT+CCID" => "+CCID: 8900112233445566778",
            "AT+CFUN?" => "+CFUN: 1",
            "AT+CPIN?" => "+CPIN: READY",
            "AT+CSMS=?" => "+CSMS: (0,1)",
            "AT+CPMS=?" => r#"+CPMS: ("SM"),("SM"),("SM")"#,
            "AT+CPMS?" => r#"+CPMS: "SM",0,20,"SM",0,20,"SM",0,20"#,
            "AT+CNMI=?" => "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)",
            "AT+CREG?" => "+CREG: 2,1",
            "AT+CSQ" => "+CSQ: 20,99",
            "AT+COPS?" => r#"+COPS: 0,0,"ACME",0"#,
            "AT+CSCA?" => r#"+CSCA: "+15550199",145"#,
            line if line.starts_with(r#"AT+CPMS=""#) => "+CPMS: 0,20,0,20,0,20",
            line if line.starts_with("AT+CMGS=") => return self.say("\r\n> ").await,
            line if !line.starts_with("AT") => "+CMGS: 7",
            line if CODES.contains(&line) => return self.answer(&["ERROR"]).await,
            _ => return self.answer(&["OK"]).await,
        };
        self.answer(&[answer, "OK"]).await;
    }
}

/// The number of the modem that [`Peer::usual`] is.
pub(crate) const IMEI: &str = "490154203237518";

/// Other ways to ask for the number of the SIM.
const CODES: [&str; 4] = ["AT^ICCID?", "AT+ICCID", "AT+QCCID", "AT#CCID"];
