//! The verbs of a store that change something. Each is one script, and so one step.

use std::sync::LazyLock;

use redis::Script;

/// A script and its hash, by which a server that has seen it knows it.
pub(crate) type Lua = LazyLock<(&'static str, String)>;

macro_rules! lua {
    ($file:literal) => {
        LazyLock::new(|| {
            let source = concat!(
                include_str!("lua/words.lua"),
                include_str!(concat!("lua/", $file))
            );
            (source, Script::new(source).get_hash().to_owned())
        })
    };
}

pub(crate) static CREATE: Lua = lua!("create.lua");
pub(crate) static UPDATE: Lua = lua!("update.lua");
pub(crate) static RENAME: Lua = lua!("rename.lua");
pub(crate) static TOUCH: Lua = lua!("touch.lua");
pub(crate) static DELETE: Lua = lua!("delete.lua");
pub(crate) static DELETE_ALL: Lua = lua!("delete_all.lua");
