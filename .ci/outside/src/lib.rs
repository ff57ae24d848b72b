//! Compiles as long as each library does without the rest of the tree.

#[cfg(feature = "smsgw")]
pub use smsgw;
#[cfg(feature = "smsgw-at")]
pub use smsgw_at;
#[cfg(feature = "smsgw-gsm")]
pub use smsgw_gsm;
#[cfg(feature = "smsgw-net")]
pub use smsgw_net;
#[cfg(feature = "smsgw-smpp")]
pub use smsgw_smpp;
#[cfg(feature = "smsgw-ucp")]
pub use smsgw_ucp;
