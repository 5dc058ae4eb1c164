//! Stylesheet, script, icons: part of the program, with their hash in the address, kept by browsers for ever.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use data_encoding::HEXLOWER;
use http::header;

use crate::errors::PageError;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 5] = [
    Asset {
        name: "app.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("../assets/dist/app.css"),
    },
    Asset {
        name: "app.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/dist/app.js"),
    },
    Asset {
        name: "passkeys.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/dist/passkeys.js"),
    },
    Asset {
        name: "icons.svg",
        kind: "image/svg+xml",
        bytes: include_bytes!("../assets/dist/icons.svg"),
    },
    Asset {
        name: "favicon.svg",
        kind: "image/svg+xml",
        bytes: include_bytes!("../assets/dist/favicon.svg"),
    },
];

/// The addresses of the assets, for templates.
#[derive(Debug, Clone, Copy)]
pub struct Assets {
    pub css: &'static str,
    pub js: &'static str,
    /// Only for pages that ask for passkeys.
    pub passkeys: &'static str,
    pub icons: &'static str,
    pub favicon: &'static str,
}

static ADDRESSES: LazyLock<[String; 5]> = LazyLock::new(|| {
    ASSETS.map(|asset| {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, asset.bytes);
        let hash = HEXLOWER.encode(&hash.as_ref()[..6]);
        format!("/assets/{}?v={hash}", asset.name)
    })
});

impl Assets {
    pub fn addresses() -> Self {
        let [css, js, passkeys, icons, favicon] = ADDRESSES.each_ref();
        Self {
            css,
            js,
            passkeys,
            icons,
            favicon,
        }
    }
}

/// One asset. The address changes with the content, so it never has to be asked for again.
pub async fn get(Path(name): Path<String>) -> Result<Response, PageError> {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or(PageError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes).into_response())
}
