//! What is bound to the places of a statement: a tuple, an array, a list. It never puts a value into the text of one.

use super::SqlValue;

/// The parameters of a statement, first to last: `()`, a tuple such as `(cents, "Ada")`, an array or a list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parameters of a statement",
    note = "parameters are `()`, a tuple such as `(id,)`, an array, or a `Vec`, of numbers, texts, bytes, bools and options of them"
)]
pub trait SqlParams {
    /// The values, in order.
    fn into_values(self) -> Vec<SqlValue>;
}

impl SqlParams for () {
    fn into_values(self) -> Vec<SqlValue> {
        Vec::new()
    }
}

impl<T: Into<SqlValue>, const N: usize> SqlParams for [T; N] {
    fn into_values(self) -> Vec<SqlValue> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<SqlValue>> SqlParams for Vec<T> {
    fn into_values(self) -> Vec<SqlValue> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Clone + Into<SqlValue>> SqlParams for &[T] {
    fn into_values(self) -> Vec<SqlValue> {
        self.iter().cloned().map(Into::into).collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+);)*) => {
        $(impl<$($name: Into<SqlValue>),+> SqlParams for ($($name,)+) {
            fn into_values(self) -> Vec<SqlValue> {
                vec![$(self.$index.into()),+]
            }
        })*
    };
}

tuples! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
    (A 0, B 1, C 2, D 3, E 4, F 5);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
}
