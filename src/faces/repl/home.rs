//! Where the prompt keeps things for its user, by the XDG rules; all of it is optional.
//!
//! In: the environment. Out: paths. Without a home there is no path, which is not an error.

use std::path::PathBuf;

fn base(variable: &str, under_home: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base =
        set(variable).filter(|path| path.is_absolute()).or_else(|| Some(set("HOME")?.join(under_home)))?;
    Some(base.join("baimo"))
}

/// The file of the statements typed.
pub fn history() -> Option<PathBuf> {
    base("XDG_STATE_HOME", ".local/state").map(|folder| folder.join("history"))
}

/// The file of commands to run at the start.
pub fn startup() -> Option<PathBuf> {
    base("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("baimorc"))
}

/// The folder of the user's own saved queries.
pub fn queries() -> Option<PathBuf> {
    base("XDG_DATA_HOME", ".local/share").map(|folder| folder.join("queries"))
}
