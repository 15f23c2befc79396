//! The `print!` family, planted at the top of a body. They never decide where a line goes: the engine does, when it runs.

use proc_macro2::TokenStream;
use quote::quote;

/// Macros that shadow those of `std` for the rest of the block.
pub(super) fn planted() -> TokenStream {
    let print = quote!(::tidegate::__private::print);
    let kind = quote!(::tidegate::__private::Print);
    quote! {
        #[allow(unused_macros)]
        macro_rules! print {
            ($($arguments:tt)*) => { #print(::core::format_args!($($arguments)*), #kind::Out) };
        }
        #[allow(unused_macros)]
        macro_rules! println {
            () => { #print(::core::format_args!(""), #kind::OutLine) };
            ($($arguments:tt)*) => { #print(::core::format_args!($($arguments)*), #kind::OutLine) };
        }
        #[allow(unused_macros)]
        macro_rules! eprint {
            ($($arguments:tt)*) => { #print(::core::format_args!($($arguments)*), #kind::Err) };
        }
        #[allow(unused_macros)]
        macro_rules! eprintln {
            () => { #print(::core::format_args!(""), #kind::ErrLine) };
            ($($arguments:tt)*) => { #print(::core::format_args!($($arguments)*), #kind::ErrLine) };
        }
    }
}
