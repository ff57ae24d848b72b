//! A client of UCP that does what it is told, frame by frame.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use smsgw_sim::smsc::{Config, ReceiptPlan, Smsc, UcpConfig, User};
use smsgw_ucp::op::{DeliverNotification, Op, SessionManagement, SmtAlert, SubmitShortMessage};
use smsgw_ucp::types::{
    AccountAddress, Address, Dst, Flag, HexBuf, Message, NotificationType, Originator, PasswordBuf,
    Pid, SessionType, Version,
};
use smsgw_ucp::{Alphabet, Answer, ErrorCode, Frame, OperationType, SystemMessage, Trn};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A clock that moves only when it is told to, and not because all wait for a socket.
pub(crate) struct Clock(std::sync::mpsc::Sender<()>);

impl Clock {
    pub(crate) fn stopped() -> Self {
        tokio::time::pause();
        let (sender, receiver) = std::sync::mpsc::channel();
        // While it lasts, tokio leaves the clock alone. Then a test that hangs is out of time.
        tokio::task::spawn_blocking(move || receiver.recv_timeout(super::PATIENCE));
        Self(sender)
    }

    pub(crate) async fn advance(&self, time: Duration) {
        tokio::time::advance(time).await;
    }
}

pub(crate) fn config() -> Config {
    let user = User::new("2147", "secret").unwrap();
    Config {
        retry: super::SOON,
        ..Config::default()
    }
    .without_smpp()
    .with_ucp(UcpConfig::default().with_user(user))
    .with_receipts(ReceiptPlan {
        delay: super::SOON,
        ..ReceiptPlan::default()
    })
}

pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Socket for T {}

pub(crate) struct Client {
    stream: Box<dyn Socket>,
    input: BytesMut,
    trn: Trn,
    /// Operations that came while a result was waited for.
    put_aside: VecDeque<Frame>,
}

impl Client {
    pub(crate) fn over(stream: impl Socket + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            input: BytesMut::new(),
            trn: Trn::ZERO,
            put_aside: VecDeque::new(),
        }
    }

    /// Connected, nothing more.
    pub(crate) async fn connect(smsc: &Smsc) -> Self {
        let address = smsc.ucp_addr().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }

    /// Logged in.
    pub(crate) async fn login(smsc: &Smsc) -> Self {
        let mut client = Self::connect(smsc).await;
        assert_eq!(client.log_in("2147", "secret").await, None);
        client
    }

    /// Tries to log in: the error code of the answer.
    pub(crate) async fn log_in(&mut self, user: &str, password: &str) -> Option<ErrorCode> {
        let password = PasswordBuf::new(password, Alphabet::Gsm).unwrap();
        let login = SessionManagement {
            oadc: AccountAddress::new(user).unwrap(),
            styp: SessionType::OPEN,
            pwd: password.as_password(),
            vers: Version::V1_0,
            ..SessionManagement::default()
        };
        let frame = self.ask(&login).await;
        frame.answer().unwrap().error_code()
    }

    pub(crate) async fn send_octets(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
    }

    /// Sends an operation; its number.
    pub(crate) async fn send<'a>(&mut self, operation: &impl Op<'a>) -> Trn {
        let trn = self.trn;
        self.trn = trn.next();
        self.send_octets(operation.to_frame(trn).octets()).await;
        trn
    }

    /// Sends an operation and waits for its result.
    pub(crate) async fn ask<'a, T: Op<'a>>(&mut self, operation: &T) -> Frame {
        let trn = self.send(operation).await;
        let frame = self.result().await;
        assert_eq!((frame.trn(), frame.ot()), (trn, T::OT));
        frame
    }

    /// As [`Self::ask`], for one that is done: the text of the result.
    pub(crate) async fn done<'a>(&mut self, operation: &impl Op<'a>) -> String {
        let frame = self.ask(operation).await;
        let answer = frame.answer().unwrap();
        assert!(answer.is_positive(), "{frame:?}");
        answer.sm().to_string()
    }

    /// As [`Self::ask`], for one that is not: why.
    pub(crate) async fn refused<'a>(&mut self, operation: &impl Op<'a>) -> u8 {
        let frame = self.ask(operation).await;
        frame.answer().unwrap().error_code().unwrap().0
    }

    /// The next frame of the message centre; `None` at the end.
    pub(crate) async fn read(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::split_from(&mut self.input, Frame::DEFAULT_MAX_LEN) {
                return Some(frame.unwrap());
            }
            let read = self.stream.read_buf(&mut self.input);
            match super::soon(read).await {
                Ok(1..) => {}
                _ => return None,
            }
        }
    }

    /// What came after the last whole frame.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.input
    }

    /// The next result.
    pub(crate) async fn result(&mut self) -> Frame {
        loop {
            let frame = self.read().await.unwrap();
            if !frame.is_operation() {
                return frame;
            }
            self.put_aside.push_back(frame);
        }
    }

    /// The next operation.
    pub(crate) async fn operation(&mut self) -> Frame {
        if let Some(frame) = self.put_aside.pop_front() {
            return frame;
        }
        let frame = self.read().await.unwrap();
        assert!(frame.is_operation(), "{frame:?}");
        frame
    }

    pub(crate) async fn accept(&mut self, operation: &Frame) {
        let answer = Answer::positive(operation.ot(), SystemMessage::EMPTY);
        let frame = answer.to_frame(operation.trn());
        self.send_octets(frame.octets()).await;
    }

    pub(crate) async fn refuse(&mut self, operation: &Frame, why: ErrorCode) {
        let answer = Answer::negative(operation.ot(), why, SystemMessage::EMPTY);
        let frame = answer.to_frame(operation.trn());
        self.send_octets(frame.octets()).await;
    }

    /// The next notification, accepted: the key of the message it is about, Dst and Rsn.
    pub(crate) async fn notification(&mut self) -> Notification {
        let frame = self.operation().await;
        self.accept(&frame).await;
        Notification::of(&frame)
    }

    /// An OT 31, which says that the client is there.
    pub(crate) async fn alert(&mut self, adc: &str, pid: Pid) -> String {
        let adc = AccountAddress::new(adc).unwrap();
        self.done(&SmtAlert { adc, pid }).await
    }
}

/// What an OT 53 tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Notification {
    pub(crate) key: String,
    pub(crate) dst: u16,
    pub(crate) rsn: u16,
}

impl Notification {
    pub(crate) fn of(frame: &Frame) -> Self {
        assert_eq!(frame.ot(), OperationType::DELIVER_NOTIFICATION);
        let it: DeliverNotification<'_> = frame.decode().unwrap();
        let scts: String = it
            .scts
            .unwrap()
            .to_digits()
            .map(char::from)
            .iter()
            .collect();
        Self {
            key: format!("{}:{scts}", it.oadc.as_str()),
            dst: it.dst.number().unwrap(),
            rsn: it.rsn.number().unwrap(),
        }
    }

    pub(crate) fn new(key: &str, dst: Dst, rsn: u16) -> Self {
        Self {
            key: key.to_owned(),
            dst: dst.number().unwrap(),
            rsn,
        }
    }
}

pub(crate) fn hex(text: &str) -> HexBuf {
    HexBuf::encode(&Alphabet::Gsm.encode(text).unwrap())
}

/// A message from 3155 to 0612345678 with all notifications.
pub(crate) fn submit(text: &HexBuf) -> SubmitShortMessage<'_> {
    SubmitShortMessage {
        adc: Address::new("0612345678").unwrap(),
        oadc: Originator::new("3155").unwrap(),
        nrq: Flag::YES,
        nt: NotificationType::ALL,
        message: Message::text(text.as_hex()).unwrap(),
        ..SubmitShortMessage::default()
    }
}
