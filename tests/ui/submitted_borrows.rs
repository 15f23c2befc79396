use tidegate::prelude::*;

#[task]
async fn length(text: &str) -> usize {
    text.len()
}

#[flow]
async fn pipeline() -> Result<()> {
    let text = String::from("abc");
    // Awaited in place it may borrow; submitted it may not, since it may outlive what it borrows.
    length(&text).await?;
    length(&text).submit().await?;
    Ok(())
}

fn main() {}
