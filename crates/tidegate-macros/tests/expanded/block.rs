#[automatically_derived]
impl ::tidegate::block::Block for WeatherService {
    const TYPE_NAME: &'static str = "WeatherService";
    const SLUG: &'static str = "weather";
    const DESCRIPTION: ::core::option::Option<&'static str> = ::core::option::Option::Some(
        "Where the weather comes from.",
    );
    const LOGO_URL: ::core::option::Option<&'static str> = ::core::option::Option::Some(
        "https://example.com/logo.png",
    );
    const DOCUMENTATION_URL: ::core::option::Option<&'static str> = ::core::option::Option::None;
    const CODE_EXAMPLE: ::core::option::Option<&'static str> = ::core::option::Option::Some(
        include_str!("example.rs"),
    );
    const PROTECTED: bool = true;
    const VERSION: &'static str = ::core::env!("CARGO_PKG_VERSION");
    const CAPABILITIES: ::tidegate::block::Capabilities = ::tidegate::block::Capabilities::none()
        .notify::<Self>()
        .read_path::<Self>();
}
::tidegate::__private::inventory::submit! {
    ::tidegate::__private::BlockRegistration::of:: < WeatherService > ()
}
