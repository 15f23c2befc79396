use tidegate::Run;
use tidegate::prelude::*;

#[task]
async fn add(left: u32, right: u32) -> u32 {
    left + right
}

#[task]
async fn shout(text: String) -> String {
    text.to_uppercase()
}

struct Socket;

#[task]
async fn send(socket: Socket, number: u32) {
    let _ = (socket, number);
}

#[task]
async fn length(text: &str) -> usize {
    text.len()
}

#[flow]
async fn pipeline(run: Run) -> Result<()> {
    let text = shout::submit("a");
    // A handle of another type, and a record instead of a handle.
    add::submit(&text, 1);
    add::submit(run, 1);
    // What is borrowed.
    length::submit(&String::from("a"));
    // Nothing to wait for.
    let _ = add(1, 2).wait_for([3, 4]);
    // Nothing to map over.
    let _ = add::map(1, 2);
    let _ = shout::map("ab");
    // An iterator, and a value that cannot be given twice.
    let _ = add::map((0..3).rev(), 1);
    let _ = send::map(Socket, [1, 2]);
    // No handles.
    let _ = allow_failure(3);
    let _ = gather((1, 2));
    // No call.
    text.then(|text| text.len());
    Ok(())
}

fn main() {}
