//! The verbs of a store that change something. Each is one script, and so one step.

use std::sync::LazyLock;

use redis::Script;

/// A script and its hash, by which a server that has seen it knows it.
pub(crate) type Lua = LazyLock<(&'static str, String)>;

macro_rules! lua {
    ($($file:literal)*) => {
        LazyLock::new(|| {
            let source = concat!($(include_str!(concat!("lua/", $file))),*);
            (source, Script::new(source).get_hash().to_owned())
        })
    };
}

pub(crate) static CREATE: Lua = lua!("words.lua" "create.lua");
pub(crate) static UPDATE: Lua = lua!("update_at_once.lua" "words.lua" "update.lua");
pub(crate) static RENAME: Lua = lua!("words.lua" "rename.lua");
pub(crate) static TOUCH: Lua = lua!("words.lua" "touch.lua");
pub(crate) static DELETE: Lua = lua!("words.lua" "delete.lua");
pub(crate) static DELETE_ALL: Lua = lua!("words.lua" "delete_all.lua");
