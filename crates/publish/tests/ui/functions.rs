use plywood_publish::publish;

struct Functions;

#[publish]
impl Functions {
    #[publish]
    fn no_self() {}
}

#[publish]
impl Functions {
    #[publish]
    fn changes(&mut self) {}
}

#[publish]
impl Functions {
    #[publish]
    fn generic<T>(&self, _item: T) {}
}

#[publish]
impl Functions {
    #[publish]
    fn borrowed(&self, item: &str) {}
}

#[publish]
impl Functions {
    #[publish]
    fn pattern(&self, (a, b): (u8, u8)) {}
}

#[publish]
impl Functions {
    #[publish]
    fn rest(&self, #[publish(rest)] path: String) {}
}

#[publish]
impl Functions {
    #[publish]
    fn late(&self, #[publish(rest)] path: Vec<String>, item: u32) {}
}

#[publish]
impl Functions {
    #[publish(lookup)]
    fn two(&self, a: u32, b: u32) -> &Self {
        self
    }
}

#[publish]
impl Functions {
    #[publish(directory)]
    fn arguments(&self, a: u32) -> &Self {
        self
    }
}

#[publish]
impl Functions {
    #[publish]
    fn option(&self, #[publish(optional)] item: u32) {}
}

fn main() {}
