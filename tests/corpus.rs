//! Where data is that is not part of the project: `ASL_CORPUS` names its folder of recorded cases, or the one around it.

use std::env;
use std::path::PathBuf;

/// A folder of the corpus, if there is one.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = PathBuf::from(env::var_os("ASL_CORPUS")?);
    let around = root.parent().map(|around| around.join(name));
    [Some(root.join(name)), around]
        .into_iter()
        .flatten()
        .find(|folder| folder.is_dir())
}
