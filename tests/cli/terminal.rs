//! A terminal: tables, charts, pages, colours, the language of the system.

use super::*;

#[test]
fn colour_can_be_forced_and_is_off_in_a_pipe() {
    let folder = Folder::new();
    let run = |words: &[&str], no_colour: Option<&str>| {
        let mut command = command(&folder.0, words);
        command.env("TERM", "xterm");
        if let Some(value) = no_colour {
            command.env("NO_COLOR", value);
        }
        let output = command.output().unwrap();
        output.stderr.contains(&0x1B)
    };
    assert!(run(&["--color", "always", "query", "nonsense"], None));
    assert!(!run(&["--color", "never", "query", "nonsense"], None));
    assert!(!run(&["query", "nonsense"], Some("1")));
}

#[cfg(unix)]
#[test]
fn people_get_a_table_a_chart_and_a_footer() {
    let plain = [("NO_COLOR", "1")];
    let seen = on_a_terminal("baimo run timeline --vendor 百度", &plain);
    assert!(seen.contains("│ 2023-03-16 │") && seen.contains("4 rows · "), "{seen}");
    assert!(seen.contains("2019  ") && seen.contains("ERNIE 1.0"), "the chart: {seen}");
    assert!(!seen.contains('\x1b'), "NO_COLOR: {seen}");
    assert!(on_a_terminal("baimo run timeline --vendor 百度", &[]).contains("\x1b["), "colour");
    let quiet = on_a_terminal("baimo --quiet run timeline --vendor 百度", &plain);
    assert!(!quiet.contains("4 rows"), "{quiet}");
    let piped = on_a_terminal("baimo run timeline --vendor 百度 | cat", &[]);
    assert!(
        piped.contains("?date\t?release") && !piped.contains("4 rows") && !piped.contains('\x1b'),
        "{piped}"
    );
    let empty = on_a_terminal("baimo query 'SELECT * { ?v rdfs:label \"百度\" }'", &plain);
    assert!(empty.contains("\"百度\"@zh"), "why it is empty: {empty}");
}

#[cfg(unix)]
#[test]
fn long_answers_are_paged_and_short_ones_are_not() {
    let pager = [("PAGER", "sed s/^/PAGED:/"), ("NO_COLOR", "1")];
    let long = on_a_terminal("baimo run timeline -F table", &pager);
    assert!(long.contains("PAGED:│ 2023-03-16"), "{long}");
    let chart = on_a_terminal("baimo run timeline", &pager);
    assert!(chart.contains("PAGED:  03-16") && !chart.contains('│'), "the chart is what it is for: {chart}");
    assert!(chart.contains("`-F table` shows the rows too"), "{chart}");
    let short = on_a_terminal("baimo run timeline --vendor 百度", &pager);
    assert!(!short.contains("PAGED:"), "{short}");
    let never = on_a_terminal("baimo --no-pager run timeline", &pager);
    assert!(!never.contains("PAGED:"), "{never}");
    let none =
        on_a_terminal("baimo run timeline -F table", &[("PAGER", "/no/such/pager"), ("NO_COLOR", "1")]);
    assert!(none.contains("│ 2023-03-16"), "a pager that is not there: {none}");
    // Reading takes more time than the query may. Where the query itself needs that much, the machine does much else: once more.
    let read_slowly = |limit: u32| {
        let pager = format!("sh -c 'sleep {}; cat'", limit + 1);
        let line = format!("baimo --timeout {limit}s run timeline -F table");
        let slow = on_a_terminal(&line, &[("PAGER", &pager), ("NO_COLOR", "1")]);
        slow.contains("│ 2023-12-22")
    };
    assert!([3, 10, 30].into_iter().any(read_slowly), "reading takes its time");
}

#[cfg(unix)]
#[test]
fn the_language_of_the_system_is_for_people_only() {
    let english = [("LANG", "en_US.UTF-8"), ("NO_COLOR", "1")];
    let seen = on_a_terminal("baimo queries contradicted", &english);
    assert!(seen.contains("│ contradicted") && !seen.contains("矛盾"), "{seen}");
    // Messages are English where the system speaks neither language, and so are labels.
    for other in ["C.UTF-8", "POSIX", "de_DE.UTF-8", ""] {
        let locale = [("LANG", other), ("NO_COLOR", "1")];
        let seen = on_a_terminal("baimo run timeline --vendor 百度", &locale);
        assert!(
            seen.contains("│ ERNIE 4.0") && seen.contains("│ Launch") && !seen.contains("发布"),
            "{seen}"
        );
        assert!(seen.contains("4 rows"), "{seen}");
    }
    let chinese = [("LANG", "zh_CN.UTF-8"), ("NO_COLOR", "1")];
    let seen = on_a_terminal("baimo query 'SELECT * {}'", &chinese);
    assert!(seen.contains("1 行，没有列"), "{seen}");
    let folder = Folder::new();
    let mut command = command(&folder.0, &["queries", "timeline", "-F", "csv"]);
    let other = Said::of(command.env("LANG", "en_US.UTF-8").output().unwrap()).ok();
    assert_eq!(other, baimo(&["queries", "timeline", "-F", "csv"]).ok());
}

/// A person hears what became of it, as of every other file that is written; a pipe does not.
#[cfg(unix)]
#[test]
fn who_packs_or_backs_up_hears_what_was_written() {
    let lines = "printf '<x:a> <x:b> 1, 2 .' > a.ttl";
    let seen = on_a_terminal(&format!("{lines}; baimo pack a.ttl -o a.pack"), &[("NO_COLOR", "1")]);
    let (what, rest) = seen.trim_end().split_once(" · ").unwrap_or_default();
    let (size, time) = rest.split_once(" · ").unwrap_or_default();
    assert_eq!(what, "wrote 2 triples to a.pack", "{seen}");
    assert!(size.ends_with("kB") && time.ends_with('s'), "{seen}");
    let seen = on_a_terminal("baimo pack -o own.pack --lang zh", &[("NO_COLOR", "1")]);
    assert!(seen.starts_with("已将 ") && seen.contains(" 条三元组写入 own.pack · "), "{seen}");
    let line = format!("{lines}; baimo load --store s a.ttl; baimo backup --store s b.pack");
    assert!(on_a_terminal(&line, &[]).contains("wrote 2 triples to b.pack · "));
    let quiet = on_a_terminal(&format!("{lines}; baimo --quiet pack a.ttl -o a.pack"), &[]);
    assert_eq!(quiet, "");
    let piped = on_a_terminal(&format!("{lines}; baimo pack a.ttl -o a.pack 2>&1 | cat"), &[]);
    assert_eq!(piped, "");
}
