//! Settings under their former names, for one release: a site starts with the same limits until it uses the new names.
//! The former flags are aliases in [`super::limits`].

use clap::Command;

/// A setting whose environment variable was renamed.
struct Renamed {
    old: &'static str,
    new: &'static str,
    /// The name of the setting's field, by which clap knows it.
    field: &'static str,
}

const RENAMED: [Renamed; 4] = [
    Renamed {
        old: "GREENROOM_SIGN_INS_AT_ONCE",
        new: "GREENROOM_MAX_CONCURRENT_PASSWORD_HASHES",
        field: "max_concurrent_password_hashes",
    },
    Renamed {
        old: "GREENROOM_FAILURES_PER_ACCOUNT",
        new: "GREENROOM_FAILED_SIGN_INS_PER_ACCOUNT",
        field: "failed_sign_ins_per_account",
    },
    Renamed {
        old: "GREENROOM_FAILURES_PER_ADDRESS",
        new: "GREENROOM_FAILED_SIGN_INS_PER_IP",
        field: "failed_sign_ins_per_ip",
    },
    Renamed {
        old: "GREENROOM_LETTERS_PER_ADDRESS",
        new: "GREENROOM_ACCOUNT_MAILS_PER_IP",
        field: "account_mails_per_ip",
    },
];

/// Lets clap read the variables that are set under their old names only. `--help` doesn't show them.
pub(super) fn apply_old_names(command: Command) -> Command {
    used_old_names()
        .fold(command, |command, Renamed { old, field, .. }| command.mut_arg(field, |arg| arg.env(old).hide_env(true)))
}

/// Logs a warning for each old name in use.
pub(crate) fn warn_of_old_names() {
    for Renamed { old, new, .. } in used_old_names() {
        tracing::warn!("{old} is now {new}; the old name works in this release only");
    }
}

/// Returns the settings that are set under their old names only.
fn used_old_names() -> impl Iterator<Item = &'static Renamed> {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    RENAMED.iter().filter(move |Renamed { old, new, .. }| is_set(old) && !is_set(new))
}

#[cfg(test)]
mod tests {
    use super::{super::Settings, RENAMED};
    use clap::CommandFactory;

    #[test]
    fn each_new_name_is_the_variable_of_its_field() {
        let command = <Settings as CommandFactory>::command();
        for setting in &RENAMED {
            let arg = command.get_arguments().find(|arg| arg.get_id() == setting.field).expect(setting.field);
            assert_eq!(arg.get_env().and_then(|name| name.to_str()), Some(setting.new));
        }
    }
}
