//! Completion in bash without a terminal: the script that baimo prints is read, its function called as bash calls it, and
//! what it offers compared.

use std::path::Path;
use std::process::Command;

/// Reads the script, finds the function that it registers, and calls it for each line of words given.
const DRIVER: &str = r#"
set -u
source <(baimo completions bash)
registered=$(complete -p baimo)
function_name=${registered##*-F }
function_name=${function_name%% *}
# Words of the line, the last one under the cursor.
offers() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(( $# - 1 ))
    COMP_LINE="$*"
    COMP_POINT=${#COMP_LINE}
    COMP_TYPE=9
    COMP_KEY=9
    COMPREPLY=()
    "$function_name" baimo "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null
    if [ ${#COMPREPLY[@]} -gt 0 ]; then printf '%s\n' "${COMPREPLY[@]}"; fi
}
"#;

/// What is offered for words, the last of which is being typed.
fn offered(words: &[&str]) -> Vec<String> {
    let folder = crate::cli::fresh("completion");
    std::fs::write(folder.join("some graph.ttl"), "").unwrap();
    std::fs::write(folder.join("question.rq"), "ASK {}").unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_baimo")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(binary.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .unwrap();
    let script = format!("{DRIVER}\noffers \"$@\"\n");
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", &script, "bash"])
        .args(words)
        .current_dir(&folder)
        .env("PATH", path)
        .env("HOME", &folder)
        .env("LANG", "C.UTF-8")
        .env_remove("LC_ALL")
        .env_remove("XDG_DATA_HOME")
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn has(words: &[&str], wanted: &[&str], unwanted: &[&str]) {
    let found = offered(words);
    for part in wanted {
        assert!(found.iter().any(|line| line == part), "{words:?}: `{part}` is not among {found:?}");
    }
    for part in unwanted {
        assert!(!found.iter().any(|line| line == part), "{words:?}: `{part}` is among {found:?}");
    }
}

#[test]
fn bash_completes_verbs_options_and_names_of_saved_queries() {
    assert_eq!(offered(&["baimo", "qu"]), ["query", "queries"]);
    assert_eq!(offered(&["baimo", "run", "timel"]), ["timeline"]);
    has(&["baimo", "query", "--no"], &["--no-pager"], &["--labels"]);
    has(&["baimo", "run", "timeline", "--v"], &["--vendor"], &["--lang"]);
    assert_eq!(offered(&["baimo", "xyzzy", "qqq"]), Vec::<String>::new());
}

#[test]
fn bash_completes_formats() {
    let all = ["table", "csv", "json", "turtle", "jsonld", "tree"];
    has(&["baimo", "query", "-F", ""], &all, &["question.rq"]);
    assert_eq!(offered(&["baimo", "query", "-F", "js"]), ["json", "jsonl", "jsonld"]);
    assert_eq!(offered(&["baimo", "export", "--format", "tri"]), ["trig"]);
}

#[test]
fn bash_completes_the_values_of_parameters_by_any_of_their_names() {
    let topics = ["baimo", "run", "policies-on-topic", "--topic", ""];
    has(&topics, &["数据保护", "算法"], &["table", "question.rq"]);
    let begun = offered(&["baimo", "run", "policies-on-topic", "--topic", "数据保"]);
    assert_eq!(begun, ["数据保护"]);
    has(&["baimo", "run", "policies-on-topic", "--topic", "Data pro"], &["Data\\ protection"], &[]);
    assert_eq!(offered(&["baimo", "run", "timeline", "--lang", ""]), ["zh", "en"]);
}

#[test]
fn bash_completes_files_where_a_file_is_meant() {
    has(&["baimo", "query", "-f", "que"], &["question.rq"], &["query", "queries"]);
    has(&["baimo", "--data", ""], &["some graph.ttl", "question.rq"], &["query"]);
    has(&["baimo", "query", "-o", "q"], &["question.rq"], &[]);
}
