#[allow(clippy::all, clippy::pedantic, clippy::nursery, single_use_lifetimes)]
fn named<'call>(
    x: u8,
    unused: u8,
    y: f64,
    width: usize,
    r#type: u8,
) -> ::tidegate::TaskCall<'call, ()> {
    ::tidegate::__private::task(::tidegate::__private::Parts {
        definition: named::definition(),
        arguments: (x, unused, y, width, r#type),
        record: |(x, unused, y, width, r#type)| ::tidegate::__private::parameters([
            ("x", ::tidegate::__private::recorded!(x)),
            ("unused", ::tidegate::__private::recorded!(unused)),
            ("y", ::tidegate::__private::recorded!(y)),
            ("width", ::tidegate::__private::recorded!(width)),
            ("type", ::tidegate::__private::recorded!(r#type)),
        ]),
        inputs: |(x, unused, y, width, r#type)| ::tidegate::__private::inputs([
            ("x", ::tidegate::__private::hashed!(x)),
            ("unused", ::tidegate::__private::hashed!(unused)),
            ("y", ::tidegate::__private::hashed!(y)),
            ("width", ::tidegate::__private::hashed!(width)),
            ("type", ::tidegate::__private::hashed!(r#type)),
        ]),
        repeat: |(x, unused, y, width, r#type)| ::core::result::Result::Ok((
            ::tidegate::__private::cloned!(x, "x")?,
            ::tidegate::__private::cloned!(unused, "unused")?,
            ::tidegate::__private::cloned!(y, "y")?,
            ::tidegate::__private::cloned!(width, "width")?,
            ::tidegate::__private::cloned!(r#type, "type")?,
        )),
        run_name: ::core::option::Option::Some(|(x, _, y, width, r#type)| {
            ::std::format!(
                "{{hello}}-{x}-{y:>width$.1}-{x}-{type}", x = x, y = y, width = width,
                r#type = r#type
            )
        }),
        body: |(x, unused, y, width, r#type)| named::original(
            x,
            unused,
            y,
            width,
            r#type,
        ),
        output: ::core::result::Result::Ok,
        conclude: |value| ::tidegate::__private::concluded!(value),
        codec: ::tidegate::__private::codec!(()),
        result_key: ::core::option::Option::None,
    })
}
/// The task `named`: what is known of it before it runs, and its plain function.
#[allow(non_camel_case_types, missing_debug_implementations, dead_code)]
enum named {}
#[allow(dead_code)]
impl named {
    /// The plain function behind the task `named`, for unit tests.
    #[allow(
        clippy::missing_const_for_fn,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::needless_pass_by_value,
        clippy::unused_async
    )]
    async fn original(x: u8, unused: u8, y: f64, width: usize, r#type: u8) {}
    /// What is known of the task `named` before any of its runs.
    #[must_use]
    fn definition() -> &'static ::tidegate::Definition {
        static __TIDEGATE_DEFINITION: ::std::sync::OnceLock<::tidegate::Definition> = ::std::sync::OnceLock::new();
        __TIDEGATE_DEFINITION
            .get_or_init(|| ::tidegate::__private::task_definition(
                ::tidegate::__private::Source {
                    key: ::std::string::String::from(::core::any::type_name::<Self>()),
                    name: "named",
                    description: ::core::option::Option::None,
                    number: 287560198222478691906417409197108998083u128,
                },
                ::std::vec![
                    ::tidegate::__private::Parameter { name :
                    ::core::convert::Into::into("x"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("unused"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("y"), type_name :
                    ::core::convert::Into::into("f64"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("width"), type_name :
                    ::core::convert::Into::into("usize"), default :
                    ::core::option::Option::None, }, ::tidegate::__private::Parameter {
                    name : ::core::convert::Into::into("type"), type_name :
                    ::core::convert::Into::into("u8"), default :
                    ::core::option::Option::None, }
                ],
                ::tidegate::__private::Options {
                    log_prints: ::core::option::Option::Some(false),
                    ..::core::default::Default::default()
                },
            ))
    }
}
