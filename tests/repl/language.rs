//! The language of a session.

use super::*;

#[test]
fn the_language_is_one_for_the_whole_session() {
    let home = home("language");
    let mut prompt = Prompt::open(&home, 80);
    prompt.ask(".pager off");
    prompt.ask(".labels en");
    has(&prompt.ask(".queries timeline"), "Every release");
    has(&prompt.ask(".run releases-of-year --year 2019"), "Baidu");
    has(&prompt.ask(".search 百度"), "Baidu");
    has(&prompt.ask(".help"), "Run a saved query");
    prompt.ask(".labels zh");
    has(&prompt.ask(".queries timeline"), "全部发布");
    has(&prompt.ask(".help"), "运行一个已存查询");
    prompt.leave();
}

#[test]
fn a_session_in_chinese_speaks_chinese() {
    let home = home("chinese");
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_baimo");
    command.arg("-c").arg(format!("stty cols 80 rows 24; exec '{program}'"));
    environment(&mut command, &home);
    command.env("LANG", "zh_CN.UTF-8").env("PAGER", "cat");
    let options = Options::new().timeout_ms(Some(PATIENCE));
    let mut prompt = Prompt { pty: spawn_with_options(command, options).unwrap() };
    has(&prompt.sees(READY), "列出已存查询");
    for (line, part) in [
        (".mdoe csv", "您是否想写 .mode"),
        (".timer", "timer 关"),
        ("ASK {}", "是\r\n"),
        ("ASK { FILTER(false) }", "否\r\n"),
        (".queries relases", "没有名称、标签或摘要含"),
        (".run nonsense", "没有名为“nonsense”的已存查询"),
        ("ASK { ?x a bm:vendor }", "名称区分大小写"),
        ("每月发布", "输入编号即可运行"),
        ("99", "没有第 99 条建议"),
        ("SELECT ?v { ?v a bm:Vendor } LIMIT 2", "2 行 · "),
        (".help", "运行一个已存查询"),
        (".show", "三元组"),
        (".why 7", "没有第 7 行"),
    ] {
        has(&prompt.ask(line), part);
    }
    // The user's choice goes before the system's.
    prompt.ask(".labels en");
    has(&prompt.ask(".run nonsense"), "there is no saved query");
    prompt.leave();
}
