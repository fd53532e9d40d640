use plywood_publish::{Publish, publish};

struct Names;

#[publish]
impl Names {
    #[publish]
    fn _private(&self) {}
}

#[publish]
impl Names {
    #[publish(name = "a/b")]
    fn two_segments(&self) {}
}

#[publish]
impl Names {
    #[publish(name = "..")]
    fn up(&self) {}
}

#[publish]
impl Names {
    #[publish]
    fn twice(&self) {}

    #[publish(name = "twice")]
    fn again(&self) {}
}

#[publish]
impl Names {
    #[publish(directory)]
    fn both(&self) -> &Self {
        self
    }

    #[publish(POST, name = "both")]
    fn and(&self) {}
}

#[derive(Publish)]
struct Fields {
    #[publish(name = "_x")]
    private: Names,
}

#[derive(Publish)]
struct Twice {
    #[publish]
    a: Names,
    #[publish(name = "a")]
    b: Names,
}

#[derive(Publish)]
struct Unmarked {
    a: Names,
}

#[derive(Publish)]
struct Tuple(Names);

#[derive(Publish)]
enum Choice {
    A,
}

fn main() {}
