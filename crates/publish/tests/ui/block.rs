use plywood_publish::publish;

#[publish]
struct NoBlock;

struct Nothing;

#[publish]
impl Nothing {
    fn page(&self) {}
}

#[publish]
impl Clone for Nothing {
    fn clone(&self) -> Self {
        Self
    }
}

struct Roles;

#[publish(access)]
impl Roles {
    #[publish]
    fn page(&self) {}
}

#[publish]
impl Roles {
    #[publish(index, default)]
    fn two(&self) {}
}

#[publish]
impl Roles {
    #[publish(pages)]
    fn unknown(&self) {}
}

#[publish]
impl Roles {
    #[publish(access)]
    fn one(&self, _: &plywood_publish::Visit) {}

    #[publish(access)]
    fn two(&self, _: &plywood_publish::Visit) {}
}

#[publish]
impl Roles {
    #[publish(POST, directory)]
    fn a(&self) {}
}

#[publish]
impl Roles {
    #[publish(index, name = "x")]
    fn b(&self) {}
}

#[publish]
impl Roles {
    #[publish]
    #[publish(POST)]
    fn c(&self) {}
}

fn main() {}
