//! What a statement gave: rows of values, taken by place or by name as the type one wants. Nothing is converted that would lose
//! anything.

use std::sync::Arc;

use super::{SqlError, SqlErrorKind, SqlValue};

/// One row that a statement gave.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlRow {
    columns: Arc<[String]>,
    values: Vec<SqlValue>,
}

impl SqlRow {
    /// A row with these columns; all rows of a statement share their names.
    ///
    /// # Panics
    ///
    /// There are not as many values as columns.
    #[must_use]
    pub fn new(columns: Arc<[String]>, values: Vec<SqlValue>) -> Self {
        assert_eq!(columns.len(), values.len(), "a row has a value for each column");
        Self { columns, values }
    }

    /// The value in a column, which is named or counted from 0.
    ///
    /// # Errors
    ///
    /// There is no such column, or the value is no `T`.
    pub fn get<T: FromSqlValue>(&self, column: impl SqlColumn) -> Result<T, SqlError> {
        let place = column.place(&self.columns).ok_or_else(|| {
            let columns = self.columns.join("`, `");
            let message =
                format_args!("there is no column {}; the row has `{columns}`", column.shown());
            SqlError::new(SqlErrorKind::Type, message)
        })?;
        let value = &self.values[place];
        T::from_sql_value(value).ok_or_else(|| {
            let message = format_args!(
                "the column `{}` holds {}, which is no {}",
                self.columns[place],
                value.kind(),
                std::any::type_name::<T>()
            );
            SqlError::new(SqlErrorKind::Type, message)
        })
    }

    /// The names of its columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Its values.
    #[must_use]
    pub fn values(&self) -> &[SqlValue] {
        &self.values
    }
}

/// What names a column: its name, or its place counted from 0.
pub trait SqlColumn {
    #[doc(hidden)]
    fn place(&self, columns: &[String]) -> Option<usize>;

    #[doc(hidden)]
    fn shown(&self) -> String;
}

impl SqlColumn for usize {
    fn place(&self, columns: &[String]) -> Option<usize> {
        (*self < columns.len()).then_some(*self)
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl SqlColumn for &str {
    fn place(&self, columns: &[String]) -> Option<usize> {
        columns.iter().position(|column| column.eq_ignore_ascii_case(self))
    }

    fn shown(&self) -> String {
        format!("`{self}`")
    }
}

/// What a value of a database can become without losing anything.
pub trait FromSqlValue: Sized {
    /// The value, if it is one of these.
    fn from_sql_value(value: &SqlValue) -> Option<Self>;
}

impl FromSqlValue for SqlValue {
    fn from_sql_value(value: &SqlValue) -> Option<Self> {
        Some(value.clone())
    }
}

impl<T: FromSqlValue> FromSqlValue for Option<T> {
    fn from_sql_value(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Null => Some(None),
            SqlValue::Integer(_) | SqlValue::Real(_) | SqlValue::Text(_) | SqlValue::Blob(_) => {
                T::from_sql_value(value).map(Some)
            }
        }
    }
}

macro_rules! from_values {
    ($($type:ty: $variant:ident($value:ident) => $made:expr;)*) => {
        $(impl FromSqlValue for $type {
            fn from_sql_value(value: &SqlValue) -> Option<Self> {
                if let SqlValue::$variant($value) = value { $made } else { None }
            }
        })*
    };
}

from_values! {
    i8: Integer(value) => (*value).try_into().ok();
    i16: Integer(value) => (*value).try_into().ok();
    i32: Integer(value) => (*value).try_into().ok();
    i64: Integer(value) => Some(*value);
    isize: Integer(value) => (*value).try_into().ok();
    u8: Integer(value) => (*value).try_into().ok();
    u16: Integer(value) => (*value).try_into().ok();
    u32: Integer(value) => (*value).try_into().ok();
    u64: Integer(value) => (*value).try_into().ok();
    usize: Integer(value) => (*value).try_into().ok();
    bool: Integer(value) => match value { 0 => Some(false), 1 => Some(true), _ => None };
    String: Text(value) => Some(value.clone());
    Vec<u8>: Blob(value) => Some(value.clone());
}

impl FromSqlValue for f64 {
    fn from_sql_value(value: &SqlValue) -> Option<Self> {
        match value {
            SqlValue::Real(value) => Some(*value),
            // A whole number that is kept in a column of reals without a type comes back as an integer.
            SqlValue::Integer(value) => {
                let number = *value as Self;
                (number as i64 == *value).then_some(number)
            }
            SqlValue::Null | SqlValue::Text(_) | SqlValue::Blob(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> SqlRow {
        let columns = ["id", "name", "share", "note", "data"].map(str::to_owned);
        let values = vec![
            SqlValue::Integer(300),
            SqlValue::Text("Ada".to_owned()),
            SqlValue::Real(0.5),
            SqlValue::Null,
            SqlValue::Blob(vec![1]),
        ];
        SqlRow::new(columns.into(), values)
    }

    #[test]
    fn a_value_is_taken_by_name_or_by_place() {
        let row = row();
        assert_eq!(row.get::<i64>("id").unwrap(), 300);
        assert_eq!(row.get::<u16>(0).unwrap(), 300);
        assert_eq!(row.get::<f64>("id").unwrap(), 300.0);
        assert_eq!(row.get::<String>("NAME").unwrap(), "Ada");
        assert_eq!(row.get::<f64>(2).unwrap(), 0.5);
        assert_eq!(row.get::<Option<String>>("note").unwrap(), None);
        assert_eq!(row.get::<Option<i64>>("id").unwrap(), Some(300));
        assert_eq!(row.get::<Vec<u8>>("data").unwrap(), [1]);
        assert_eq!(row.get::<SqlValue>("data").unwrap(), SqlValue::Blob(vec![1]));
    }

    #[test]
    fn what_does_not_fit_is_an_error_that_names_the_column() {
        let row = row();
        let wrong = |error: SqlError| error.to_string();
        assert_eq!(
            row.get::<u8>("id").map_err(wrong).unwrap_err(),
            "the column `id` holds an integer, which is no u8"
        );
        assert_eq!(
            row.get::<String>("note").map_err(wrong).unwrap_err(),
            "the column `note` holds NULL, which is no alloc::string::String"
        );
        assert_eq!(
            row.get::<i64>("age").map_err(wrong).unwrap_err(),
            "there is no column `age`; the row has `id`, `name`, `share`, `note`, `data`"
        );
        assert_eq!(
            row.get::<i64>(5).map_err(wrong).unwrap_err(),
            "there is no column 5; the row has `id`, `name`, `share`, `note`, `data`"
        );
    }
}
