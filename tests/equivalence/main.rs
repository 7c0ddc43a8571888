//! When two answers mean the same: a table written by hand, published pairs beside Math-Verify, and properties.

mod pairs;
mod properties;
mod table;
