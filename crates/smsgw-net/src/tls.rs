//! TLS for both ends, by rustls with ring: at least TLS 1.2.
//!
//! Certificates and keys come from PEM files, or from a configuration of rustls for what the files
//! cannot say.
//!
//! ```no_run
//! use smsgw_net::tls::{Acceptor, ClientCertificates, Connector, Identity, Roots, ServerFiles};
//!
//! # fn example() -> Result<(), smsgw_net::tls::TlsError> {
//! let acceptor = Acceptor::from_files(ServerFiles {
//!     identity: Identity::new("server.pem", "server.key"),
//!     clients: ClientCertificates::Required { ca: "clients.pem".into() },
//! })?;
//! // On SIGHUP, or when the files have changed:
//! if let Err(error) = acceptor.reload() {
//!     eprintln!("the old certificate stays in force: {error}");
//! }
//!
//! let identity = Identity::new("client.pem", "client.key");
//! let connector = Connector::from_files(&Roots::File("ca.pem".into()), Some(&identity))?
//!     .with_server_name("smsc.example.net")?;
//! # Ok(())
//! # }
//! ```
//!
//! Keys are in no error and no `Debug` output.

use std::fmt;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{ClientConfig, CommonState, ProtocolVersion, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

pub use rustls;

/// Who one is: two PEM files, which may be the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, then those that lead from it to the root.
    pub certificates: PathBuf,
    /// The private key of the first certificate, not encrypted.
    pub key: PathBuf,
}

impl Identity {
    /// The identity in these files, which are not read yet.
    pub fn new(certificates: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self {
            certificates: certificates.into(),
            key: key.into(),
        }
    }
}

/// Whether clients show certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientCertificates {
    /// They are not asked.
    #[default]
    None,
    /// Those who show one need a valid one.
    Optional {
        /// PEM file with the certificates of those who sign them.
        ca: PathBuf,
    },
    /// Without a valid one there is no session.
    Required {
        /// PEM file with the certificates of those who sign them.
        ca: PathBuf,
    },
}

/// What an [`Acceptor`] reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFiles {
    /// What the server shows.
    pub identity: Identity,
    /// What clients have to show.
    pub clients: ClientCertificates,
}

/// The server end of handshakes; clones share the certificates.
#[derive(Clone)]
pub struct Acceptor(Arc<Shared>);

struct Shared {
    files: Option<ServerFiles>,
    config: RwLock<Arc<ServerConfig>>,
}

impl Acceptor {
    /// Reads the files.
    ///
    /// # Errors
    /// When one cannot be used: the error says which and why.
    pub fn from_files(files: ServerFiles) -> Result<Self, TlsError> {
        let config = RwLock::new(server_config(&files)?);
        Ok(Self(Arc::new(Shared {
            files: Some(files),
            config,
        })))
    }

    /// Reads the files again. Handshakes from now on use what is in them; sessions that are there
    /// go on. Blocks for as long as reading them takes.
    ///
    /// Does nothing when there are none, as the configuration was given.
    ///
    /// # Errors
    /// When one cannot be used; then nothing changes.
    pub fn reload(&self) -> Result<(), TlsError> {
        if let Some(files) = &self.0.files {
            let config = server_config(files)?;
            *self
                .0
                .config
                .write()
                .unwrap_or_else(PoisonError::into_inner) = config;
        }
        Ok(())
    }

    /// Shakes hands with a client. Sets no time limit.
    ///
    /// # Errors
    /// When there is no agreement, or the connection ends.
    pub async fn accept<S>(&self, stream: S) -> Result<server::TlsStream<S>, HandshakeError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let config = Arc::clone(&self.0.config.read().unwrap_or_else(PoisonError::into_inner));
        let handshake = TlsAcceptor::from(config).accept(stream);
        handshake.await.map_err(HandshakeError)
    }
}

/// With a configuration of one's own: it decides all.
impl From<Arc<ServerConfig>> for Acceptor {
    fn from(config: Arc<ServerConfig>) -> Self {
        Self(Arc::new(Shared {
            files: None,
            config: RwLock::new(config),
        }))
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor")
            .field("files", &self.0.files)
            .finish_non_exhaustive()
    }
}

/// Whom a client trusts to sign the certificates of servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Roots {
    /// The public authorities, as Mozilla lists them; the list is compiled in.
    #[default]
    Public,
    /// Those in this PEM file, and no others.
    File(PathBuf),
}

/// The client end of handshakes.
#[derive(Clone)]
pub struct Connector {
    config: Arc<ClientConfig>,
    server_name: Option<ServerName<'static>>,
}

impl Connector {
    /// Trusts `roots`, and shows `identity` to servers that ask for it. Reads the files now.
    ///
    /// # Errors
    /// When one cannot be used: the error says which and why.
    pub fn from_files(roots: &Roots, identity: Option<&Identity>) -> Result<Self, TlsError> {
        let roots = match roots {
            Roots::Public => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
            Roots::File(path) => root_store(path)?,
        };
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Rustls)?
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (certificates, key) = read_identity(identity)?;
                builder
                    .with_client_auth_cert(certificates, key)
                    .map_err(|error| TlsError::of(identity, error))?
            }
        };
        Ok(Arc::new(config).into())
    }

    /// Wants the server's certificate to be for `name`, a host name or an IP address, and tells the
    /// server so. Without a name it must be for the IP address that is connected to.
    ///
    /// # Errors
    /// When `name` is neither.
    pub fn with_server_name(mut self, name: &str) -> Result<Self, TlsError> {
        let server_name = ServerName::try_from(name.to_owned());
        self.server_name = Some(server_name.map_err(|_| TlsError::ServerName(name.to_owned()))?);
        Ok(self)
    }

    /// As [`Self::with_server_name`], unless it has one.
    pub(crate) fn or_server_name(self, name: &str) -> Result<Self, TlsError> {
        match self.server_name {
            Some(_) => Ok(self),
            None => self.with_server_name(name),
        }
    }

    /// Shakes hands with the server at `address`. Sets no time limit.
    ///
    /// # Errors
    /// When there is no agreement, or the connection ends.
    pub async fn connect<S>(
        &self,
        stream: S,
        address: IpAddr,
    ) -> Result<client::TlsStream<S>, HandshakeError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = self.server_name.clone();
        let name = name.unwrap_or_else(|| ServerName::from(address.to_canonical()));
        let handshake = TlsConnector::from(Arc::clone(&self.config)).connect(name, stream);
        handshake.await.map_err(HandshakeError)
    }
}

/// With a configuration of one's own: it decides all but the name.
impl From<Arc<ClientConfig>> for Connector {
    fn from(config: Arc<ClientConfig>) -> Self {
        Self {
            config,
            server_name: None,
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

/// What a handshake led to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsPeer {
    /// The version of TLS that is spoken.
    pub protocol: ProtocolVersion,
    /// The certificate that the peer showed, in DER; it was checked.
    pub certificate: Option<CertificateDer<'static>>,
}

impl TlsPeer {
    /// What is known of the peer behind this end of a connection; `None` before the handshake is
    /// done.
    #[must_use]
    pub fn of(connection: &CommonState) -> Option<Self> {
        let certificate = connection.peer_certificates().and_then(<[_]>::first);
        Some(Self {
            protocol: connection.protocol_version()?,
            certificate: certificate.map(|certificate| certificate.clone().into_owned()),
        })
    }
}

// Of its own, so that nothing depends on what else the process installs.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn server_config(files: &ServerFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let verifier = match &files.clients {
        ClientCertificates::None => WebPkiClientVerifier::no_client_auth(),
        ClientCertificates::Optional { ca } => client_verifier(ca, true)?,
        ClientCertificates::Required { ca } => client_verifier(ca, false)?,
    };
    let (certificates, key) = read_identity(&files.identity)?;
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Rustls)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates, key)
        .map(Arc::new)
        .map_err(|error| TlsError::of(&files.identity, error))
}

fn client_verifier(ca: &Path, is_optional: bool) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let roots = Arc::new(root_store(ca)?);
    let mut builder = WebPkiClientVerifier::builder_with_provider(roots, provider());
    if is_optional {
        builder = builder.allow_unauthenticated();
    }
    // The one thing that it can want is more roots.
    builder
        .build()
        .map_err(|_| TlsError::NoCertificate(ca.to_owned()))
}

fn root_store(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(path)? {
        let path = || path.to_owned();
        roots
            .add(certificate)
            .map_err(|error| TlsError::Certificate {
                path: path(),
                error,
            })?;
    }
    Ok(roots)
}

fn read_identity(
    identity: &Identity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let certificates = read_certificates(&identity.certificates)?;
    let path = || identity.key.clone();
    let octets = read(&identity.key)?;
    let key = PrivateKeyDer::from_pem_slice(&octets).map_err(|error| match error {
        pem::Error::NoItemsFound if is_encrypted(&octets) => TlsError::EncryptedKey(path()),
        pem::Error::NoItemsFound => TlsError::NoKey(path()),
        // Its text may show a part of the file.
        _ => TlsError::Pem(path()),
    })?;
    Ok((certificates, key))
}

fn is_encrypted(octets: &[u8]) -> bool {
    let marker = b"BEGIN ENCRYPTED PRIVATE KEY";
    octets.windows(marker.len()).any(|window| window == marker)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(path)?).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(TlsError::NoCertificate(path.to_owned()))
        }
        Ok(certificates) => Ok(certificates),
        Err(_) => Err(TlsError::Pem(path.to_owned())),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Read {
        path: path.to_owned(),
        error,
    })
}

/// Certificates or keys cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file is broken PEM.
    Pem(PathBuf),
    /// A file has no certificate.
    NoCertificate(PathBuf),
    /// A file has no private key.
    NoKey(PathBuf),
    /// The private key in a file is encrypted.
    EncryptedKey(PathBuf),
    /// A certificate cannot be used.
    Certificate {
        /// Where it is.
        path: PathBuf,
        /// Why.
        error: rustls::Error,
    },
    /// A private key cannot be used.
    Key {
        /// Where it is.
        path: PathBuf,
        /// Why.
        error: rustls::Error,
    },
    /// The private key is not that of the certificate.
    Mismatch(Identity),
    /// Neither a host name nor an IP address.
    ServerName(String),
    /// rustls does not take the configuration.
    Rustls(rustls::Error),
}

impl TlsError {
    /// Which of the files rustls does not like.
    fn of(identity: &Identity, error: rustls::Error) -> Self {
        match error {
            rustls::Error::InconsistentKeys(_) => Self::Mismatch(identity.clone()),
            rustls::Error::InvalidCertificate(_) => Self::Certificate {
                path: identity.certificates.clone(),
                error,
            },
            _ => Self::Key {
                path: identity.key.clone(),
                error,
            },
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Pem(path) => write!(f, "{}: broken PEM", path.display()),
            Self::NoCertificate(path) => write!(
                f,
                "{}: no certificate; it needs PEM with BEGIN CERTIFICATE",
                path.display()
            ),
            Self::NoKey(path) => write!(
                f,
                "{}: no private key; it needs PEM with BEGIN PRIVATE KEY",
                path.display()
            ),
            Self::EncryptedKey(path) => write!(
                f,
                "{0}: the private key is encrypted; write it without its passphrase, as with \
                 openssl pkey -in {0} -out FILE",
                path.display()
            ),
            Self::Certificate { path, error } => {
                write!(f, "{}: certificate not usable: {error}", path.display())
            }
            Self::Key { path, error } => {
                write!(f, "{}: private key not usable: {error}", path.display())
            }
            Self::Mismatch(Identity { certificates, key }) => write!(
                f,
                "{}: not the private key of the first certificate in {}",
                key.display(),
                certificates.display()
            ),
            Self::ServerName(name) => write!(f, "{name:?}: not a host name or IP address"),
            Self::Rustls(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { error, .. } => Some(error),
            Self::Certificate { error, .. } | Self::Key { error, .. } | Self::Rustls(error) => {
                Some(error)
            }
            _ => None,
        }
    }
}

/// The two ends do not agree on TLS.
#[derive(Debug)]
pub struct HandshakeError(io::Error);

impl HandshakeError {
    /// What rustls says of it; `None` when the connection ended.
    #[must_use]
    pub fn rustls(&self) -> Option<&rustls::Error> {
        self.0.get_ref()?.downcast_ref()
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLS handshake: {}", self.0)?;
        match self.rustls() {
            Some(rustls::Error::InvalidMessage(_)) => {
                f.write_str("; does the other end speak TLS here?")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for HandshakeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<HandshakeError> for io::Error {
    fn from(error: HandshakeError) -> Self {
        Self::new(error.0.kind(), error)
    }
}
