//! What stands in fields.
