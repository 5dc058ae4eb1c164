//! The browser tests: a stack of their own with fresh demonstration data, and Playwright.

use super::proto::{folder, install_packages};
use super::runner::{Count, run_counting};
use crate::services::{Plan, Profile};
use crate::stack::Stack;
use crate::state::State;
use crate::stop::Stop;
use crate::{demo, ports};
use anyhow::Context as _;
use nsp_testbed::{Postgres, home, process};
use std::fs;
use std::process::Command;

pub fn check() -> anyhow::Result<Count> {
    install_packages()?;
    let chromium = process::find("chromium").context("chromium is missing (Debian: chromium)")?;
    let home = home().join("browser");
    // What the last run did to its data must not matter.
    Postgres::wipe(&home.join("postgres"))?;
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let plan = Plan {
        home,
        ..Plan::development(ports::free_offset()?, Profile::Debug)
    };
    let _state = State::claim(&plan.home)?;
    let mut stack = Stack::start(&plan, &Stop::default())?;
    let mut command =
        Command::new(process::find("npx").context("npx is missing: install Node.js")?);
    command
        .args(["--no-install", "playwright", "test"])
        // Some of them, while one of them is being written.
        .args(
            std::env::var("NSP_BROWSER_TESTS")
                .iter()
                .flat_map(|some| some.split_whitespace()),
        )
        .current_dir(folder())
        .env("NSP_URL", plan.url())
        .env("NSP_SECRETS", demo::secrets_file(&plan.home))
        .env("NSP_MAILBOX", format!("{}/dev/mail", plan.url()))
        .env("NSP_NATS", stack.nats())
        // Time is as it is there, so a journey makes old what it would have to wait for.
        .env(
            "NSP_IDENTITY_DATABASE",
            stack.database("identity")?.owner.to_string(),
        )
        .env("NSP_CHROMIUM", chromium)
        .env("NSP_BROWSER_RESULTS", plan.home.join("results"));
    let count = run_counting(&mut command);
    if let Some(report) = stack.dead() {
        println!("{report}");
    }
    count
}
