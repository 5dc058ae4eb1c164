//! Pages of the portal, one after the other, as a browser gets them: time to the last byte on the same machine, and bytes.

use std::time::{Duration, Instant};

use anyhow::ensure;
use http::header;
use reqwest::{Client, redirect::Policy};

use crate::{
    figures::{Durations, heading, millis, row},
    stack::Stack,
};

const WARM_UP: usize = 20;
const ROUNDS: usize = 300;

/// Who opens what. Omar's account has most of the cases.
const PAGES: [(&str, &[(&str, &str)]); 3] = [
    ("", &[("Sign in", "/sign-in")]),
    (
        "omar",
        &[
            ("Home", "/"),
            ("Cases", "/cases"),
            ("Cases, searched", "/cases?view=all&q=report"),
            ("a case", "CASE"),
            ("New inquiry", "/cases/new"),
            ("Security", "/my/security"),
        ],
    ),
    (
        "ada",
        &[
            ("staff queue", "/staff/queue"),
            ("a case for staff", "STAFF_CASE"),
        ],
    ),
];

struct Reader {
    client: Client,
    portal: String,
    cookie: String,
}

pub async fn measure(stack: &Stack) -> anyhow::Result<()> {
    heading("page of the portal, 2,000 cases");
    let mut case = String::new();
    for (person, pages) in PAGES {
        let reader = Reader::new(stack, person).await?;
        if person == "omar" {
            case = reader.first_case().await?;
        }
        for (name, path) in pages {
            let path = match *path {
                "CASE" => format!("/cases/{case}"),
                "STAFF_CASE" => format!("/staff/cases/{case}"),
                path => path.to_owned(),
            };
            let (mut durations, bytes) = reader.many(&path).await?;
            let kilobytes = bytes.div_ceil(100);
            let figure = format!(
                "{}, {}.{} kB",
                durations.summary(),
                kilobytes / 10,
                kilobytes % 10
            );
            row(name, &figure, "< 10 ms at the median, < 30 kB");
        }
        if person == "omar" {
            session_check(&reader).await?;
        }
    }
    Ok(())
}

/// What it costs to find out who is behind a cookie. Whoever is signed in is sent on from the page to sign in, whoever is
/// not is sent on from any other page: two answers that differ in nothing but that.
async fn session_check(reader: &Reader) -> anyhow::Result<()> {
    let nobody = Reader {
        client: reader.client.clone(),
        portal: reader.portal.clone(),
        cookie: String::new(),
    };
    let (mut with, mut without) = (Durations::default(), Durations::default());
    for round in 0..WARM_UP + 10 * ROUNDS {
        let known = reader.get("/sign-in").await?;
        let unknown = nobody.get("/my/security").await?;
        ensure!((known.1, unknown.1) == (303, 303), "both are sent on");
        if round >= WARM_UP {
            with.push(known.0);
            without.push(unknown.0);
        }
    }
    let difference = with.percentile(50).saturating_sub(without.percentile(50));
    let figure = format!(
        "{} ms ({} with, {} without a session)",
        millis(difference),
        millis(with.percentile(50)),
        millis(without.percentile(50))
    );
    row("session check, cached", &figure, "≤ 0.10 ms at the median");
    Ok(())
}

impl Reader {
    async fn new(stack: &Stack, person: &str) -> anyhow::Result<Self> {
        let cookie = match person {
            "" => String::new(),
            person => format!("__Host-nsp-session={}", stack.sign_in(person).await?.secret),
        };
        Ok(Self {
            client: Client::builder().redirect(Policy::none()).build()?,
            portal: stack.portal.clone(),
            cookie,
        })
    }

    /// How long it took, and the body as it came over the wire.
    async fn get(&self, path: &str) -> anyhow::Result<(Duration, u16, Vec<u8>)> {
        let request = self
            .client
            .get(format!("{}{path}", self.portal))
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_ENCODING, "gzip");
        let began = Instant::now();
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await?.to_vec();
        Ok((began.elapsed(), status, body))
    }

    async fn many(&self, path: &str) -> anyhow::Result<(Durations, usize)> {
        let (mut durations, mut bytes) = (Durations::default(), 0);
        for round in 0..WARM_UP + ROUNDS {
            let (took, status, body) = self.get(path).await?;
            ensure!(status == 200, "{path} answers {status}");
            bytes = body.len();
            if round >= WARM_UP {
                durations.push(took);
            }
        }
        Ok((durations, bytes))
    }

    /// The number of the case at the top of the list.
    async fn first_case(&self) -> anyhow::Result<String> {
        let plain = self
            .client
            .get(format!("{}/cases?view=all", self.portal))
            .header(header::COOKIE, &self.cookie);
        let page = plain.send().await?.text().await?;
        let numbers = page.split("href=\"/cases/").skip(1);
        let mut numbers = numbers.map(|rest| rest.chars().take_while(char::is_ascii_digit));
        let number = numbers.find_map(|number| {
            let number: String = number.collect();
            (!number.is_empty()).then_some(number)
        });
        number.ok_or_else(|| anyhow::anyhow!("the list shows no case"))
    }
}
