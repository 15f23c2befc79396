/// Documented.
#[allow(unused)]
async fn fetch(x: u8, (a, b): (u8, u8)) -> impl Send {
    todo()
}
::core::compile_error! {
    "give this argument a name: it is recorded under it; take it apart in the body"
}
::core::compile_error! {
    "the result of a flow needs a type with a name: return a struct, an enum or a `Box<dyn ..>`"
}
