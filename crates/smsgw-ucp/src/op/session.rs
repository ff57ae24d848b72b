//! The operations 60 and 61: login, passwords, and lists of numbers.

use crate::op::{Unused, operation};
use crate::types::{
    AccountAddress, Address, ListOperation, Npi, OriginatorPid, Password, SessionType, Ton, Version,
};

operation! {
    /// OT 60: opens a session, or changes a password.
    ///
    /// ```
    /// use smsgw_ucp::op::{Op, SessionManagement};
    /// use smsgw_ucp::types::{Npi, PasswordBuf, SessionType, Ton, Version};
    /// use smsgw_ucp::{Alphabet, Trn};
    ///
    /// let password = PasswordBuf::new("secret", Alphabet::Gsm)?;
    /// let login = SessionManagement {
    ///     oadc: "2147".try_into()?,
    ///     oton: Ton::ABBREVIATED,
    ///     onpi: Npi::PRIVATE,
    ///     styp: SessionType::OPEN,
    ///     pwd: password.as_password(),
    ///     vers: Version::V1_0,
    ///     ..SessionManagement::default()
    /// };
    /// let frame = login.to_frame(Trn::ZERO);
    /// let fields: Vec<_> = frame.fields().map(String::from_utf8_lossy).collect();
    /// assert_eq!(fields.join("/"), "2147/6/5/1/736563726574//0100/////");
    /// # Ok::<(), smsgw_ucp::ValueError>(())
    /// ```
    pub struct SessionManagement<'a> {
        /// The account.
        ["OAdC"] M oadc: AccountAddress<'a>,
        /// Its type of number.
        ["OTON"] O oton: Ton,
        /// Its numbering plan.
        ["ONPI"] O onpi: Npi,
        /// What is asked for.
        ["STYP"] M styp: SessionType,
        /// The password; some accounts have none.
        ["PWD"] O pwd: Password<'a>,
        /// The new password, where it is to be changed.
        ["NPWD"] O npwd: Password<'a>,
        /// The version of the operation: 0100.
        ["VERS"] M vers: Version,
        /// Not used.
        ["LAdC"] O ladc: Unused<'a>,
        /// Not used.
        ["LTON"] O lton: Unused<'a>,
        /// Not used.
        ["LNPI"] O lnpi: Unused<'a>,
        /// What kind of terminal the account is.
        ["OPID"] O opid: OriginatorPid,
        /// Reserved.
        ["RES1"] O res1: Unused<'a>,
    }
}

impl<'a> SessionManagement<'a> {
    /// The usual login: opens a session for an account, whose name or number is the service
    /// centre's own.
    ///
    /// ```
    /// use smsgw_ucp::op::{Op as _, SessionManagement};
    /// use smsgw_ucp::types::PasswordBuf;
    /// use smsgw_ucp::{Alphabet, Trn};
    ///
    /// let password = PasswordBuf::new("secret", Alphabet::Gsm)?;
    /// let login = SessionManagement::login("2147".try_into()?, password.as_password());
    /// let octets = login.to_frame(Trn::ZERO).octets().clone();
    /// assert_eq!(&octets[15..50], b"2147/6/5/1/736563726574//0100//////");
    /// # Ok::<(), smsgw_ucp::ValueError>(())
    /// ```
    #[must_use]
    pub fn login(account: AccountAddress<'a>, password: Password<'a>) -> Self {
        Self {
            oadc: account,
            oton: Ton::ABBREVIATED,
            onpi: Npi::PRIVATE,
            styp: SessionType::OPEN,
            pwd: password,
            vers: Version::V1_0,
            ..Self::default()
        }
    }
}

operation! {
    /// OT 61: changes the list of numbers of an account.
    pub struct ListManagement<'a> {
        /// The account.
        ["OAdC"] M oadc: AccountAddress<'a>,
        /// Its type of number.
        ["OTON"] O oton: Ton,
        /// Its numbering plan.
        ["ONPI"] O onpi: Npi,
        /// What is to be done with which list.
        ["STYP"] M styp: ListOperation,
        /// The password.
        ["PWD"] O pwd: Password<'a>,
        /// Not used.
        ["NPWD"] O npwd: Password<'a>,
        /// The version of the operation: 0100.
        ["VERS"] M vers: Version,
        /// The number in the list.
        ["LAdC"] O ladc: Address<'a>,
        /// Its type of number.
        ["LTON"] O lton: Ton,
        /// Its numbering plan.
        ["LNPI"] O lnpi: Npi,
        /// Reserved.
        ["RES1"] O res1: Unused<'a>,
        /// Reserved.
        ["RES2"] O res2: Unused<'a>,
    }
}
