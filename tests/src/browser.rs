//! A browser without a window: pages, forms and cookies of one person.

use std::{collections::BTreeMap, sync::Mutex};

use anyhow::Context;
use http::{HeaderMap, StatusCode, header};
use reqwest::{Client, redirect::Policy};

use crate::{people::SignedIn, world::World};

/// One person's browser. It keeps cookies and follows no redirects.
pub struct Browser {
    client: Client,
    portal: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    /// Nobody is signed in.
    pub fn new(world: &World) -> anyhow::Result<Self> {
        let client = Client::builder().redirect(Policy::none()).build()?;
        Ok(Self {
            client,
            portal: world.portal.clone(),
            cookies: Mutex::default(),
        })
    }

    /// The browser of someone who has signed in.
    pub fn of(world: &World, person: &SignedIn) -> anyhow::Result<Self> {
        let browser = Self::new(world)?;
        browser.keep("__Host-nsp-session", &person.secret);
        Ok(browser)
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Page> {
        let request = self.client.get(format!("{}{path}", self.portal));
        self.send(request).await
    }

    /// Sends a form from a page of the portal's own.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let request = self
            .client
            .post(format!("{}{path}", self.portal))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.collect::<Vec<_>>().join("&"));
        self.send(request).await
    }

    /// Sends a form as a page of somebody else's would.
    pub async fn post_from_elsewhere(&self, path: &str) -> anyhow::Result<Page> {
        let request = self
            .client
            .post(format!("{}{path}", self.portal))
            .header("sec-fetch-site", "cross-site");
        self.send(request).await
    }

    /// Sends any body of any type.
    pub async fn post_body(&self, path: &str, kind: &str, body: Vec<u8>) -> anyhow::Result<Page> {
        let request = self
            .client
            .post(format!("{}{path}", self.portal))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, kind)
            .body(body);
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Page> {
        let cookies = self.cookies.lock().ok().context("a test panicked")?.clone();
        let cookies: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request
            .header(header::COOKIE, cookies.join("; "))
            .send()
            .await?;
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.keep(name, value);
            }
        }
        Ok(Page {
            status,
            headers,
            text: response.text().await?,
        })
    }

    fn keep(&self, name: &str, value: &str) {
        if let Ok(mut cookies) = self.cookies.lock() {
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Page {
    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The value of the first field of this name in the page.
    pub fn field(&self, name: &str) -> Option<&str> {
        let start = self.text.find(&format!("name=\"{name}\""))?;
        let tag = &self.text[self.text[..start].rfind('<')?..];
        let tag = &tag[..tag.find('>')?];
        let value = &tag[tag.find("value=\"")? + 7..];
        value.split('"').next()
    }
}

/// Percent-encodes a value of a form.
pub fn encode(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encoded = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    value.bytes().map(encoded).collect()
}
