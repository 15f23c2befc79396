//! What can be given where the names of limits are asked for.

/// One name, or several: a text, an array, a slice or a list of texts.
pub trait LimitNames {
    #[doc(hidden)]
    fn into_names(self) -> Vec<String>;
}

impl LimitNames for &str {
    fn into_names(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl LimitNames for String {
    fn into_names(self) -> Vec<String> {
        vec![self]
    }
}

impl LimitNames for &String {
    fn into_names(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl<T: Into<String>, const N: usize> LimitNames for [T; N] {
    fn into_names(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<String>> LimitNames for Vec<T> {
    fn into_names(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: AsRef<str>> LimitNames for &[T] {
    fn into_names(self) -> Vec<String> {
        self.iter().map(|name| name.as_ref().to_owned()).collect()
    }
}
