//! MoSAPI's documents, and what every answer of the reporting service becomes (section 2.4 of the reference).

use std::time::SystemTime;

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
};
use jiff::Timestamp;
use nsp_kit::clock::{from_proto, to_proto};
use nsp_proto::reporting::v1::{
    self as reporting, Copy, GetMetricaDocumentRequest, GetMonitoringDocumentRequest,
    GetProbeNodesRequest, GetRdapUrlListRequest, answer::Outcome, entity::Id,
};
use tonic::{Response, Status};

use super::{
    Admitted,
    answer::{Answer, accepts},
    route::Entity,
};

impl Admitted<'_> {
    pub(super) async fn monitoring(&self) -> Answer {
        let request = GetMonitoringDocumentRequest {
            client: Some(self.admission.for_reporting()),
            entity: Some(self.entity()),
            version: self.place.version,
            path: self.place.path.clone(),
            query: self.query.to_owned(),
            copy: Some(copy(self.headers)),
        };
        self.acceptable(
            self.edge
                .behind
                .monitoring()
                .get_monitoring_document(request)
                .await,
        )
    }

    pub(super) async fn metrica(&self, daar: bool) -> Answer {
        let request = GetMetricaDocumentRequest {
            client: Some(self.admission.for_reporting()),
            entity: Some(self.entity()),
            version: self.place.version,
            path: self.place.path.clone(),
            query: self.query.to_owned(),
            copy: Some(copy(self.headers)),
            daar,
        };
        self.acceptable(
            self.edge
                .behind
                .monitoring()
                .get_metrica_document(request)
                .await,
        )
    }

    pub(super) async fn rdap_urls(&self) -> Answer {
        let request = GetRdapUrlListRequest {
            client: Some(self.admission.for_reporting()),
            version: self.place.version,
            copy: Some(copy(self.headers)),
        };
        self.acceptable(
            self.edge
                .behind
                .monitoring()
                .get_rdap_url_list(request)
                .await,
        )
    }

    pub(super) async fn probe_nodes(&self) -> Answer {
        let request = GetProbeNodesRequest {
            client: Some(self.admission.for_reporting()),
            copy: Some(copy(self.headers)),
        };
        self.acceptable(self.edge.behind.monitoring().get_probe_nodes(request).await)
    }

    /// An answer, unless the client wants none of its kind.
    fn acceptable(&self, answer: Result<Response<reporting::Answer>, Status>) -> Answer {
        if let Ok(answer) = &answer {
            let kind = answer
                .get_ref()
                .content_type
                .split(';')
                .next()
                .unwrap_or_default();
            if answer.get_ref().outcome() == Outcome::Ok && !accepts(self.headers, kind) {
                return Answer::empty(StatusCode::NOT_ACCEPTABLE);
            }
        }
        self.answered(answer)
    }

    pub(super) fn answered(&self, answer: Result<Response<reporting::Answer>, Status>) -> Answer {
        match answer {
            Ok(answer) => self.documented(Some(answer.into_inner())),
            Err(status) => self.failed(&status),
        }
    }

    /// An outcome as a status, with its document.
    pub(super) fn documented(&self, answer: Option<reporting::Answer>) -> Answer {
        let answer = answer.unwrap_or_default();
        let status = match answer.outcome() {
            Outcome::Ok => StatusCode::OK,
            Outcome::NotModified => StatusCode::NOT_MODIFIED,
            Outcome::Rejected => StatusCode::BAD_REQUEST,
            // "Nothing received" has no body: clients take words in it for a failure.
            Outcome::NotFound => return Answer::empty(StatusCode::NOT_FOUND),
            Outcome::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Outcome::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Outcome::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Outcome::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Outcome::Unspecified => {
                return self.failed(&Status::internal("an answer without an outcome"));
            }
        };
        let mut response = if answer.document.is_empty() {
            Answer::empty(status)
        } else {
            Answer::document(status, &answer.content_type, answer.document)
        };
        let changed = answer.last_modified.as_ref().and_then(from_proto);
        let changed = changed.map(|at| httpdate::fmt_http_date(at.into()));
        if let Some(date) = changed.and_then(|date| HeaderValue::try_from(date).ok()) {
            response = response.with(LAST_MODIFIED, date);
        }
        if !answer.etag.is_empty()
            // Weak: the same document may be sent compressed.
            && let Ok(etag) = HeaderValue::try_from(format!("W/\"{}\"", answer.etag))
        {
            response = response.with(ETAG, etag);
        }
        response
    }

    fn entity(&self) -> reporting::Entity {
        reporting::Entity {
            id: match &self.place.entity {
                Some(Entity::Tld(tld)) => Some(Id::Tld(tld.clone())),
                Some(Entity::Registrar(registrar)) => Some(Id::Registrar(*registrar)),
                None => None,
            },
        }
    }
}

/// The copy that a client has.
fn copy(headers: &HeaderMap) -> Copy {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let etags = text(IF_NONE_MATCH).unwrap_or_default().split(',');
    let etags = etags.map(|etag| {
        let etag = etag.trim();
        etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"')
    });
    let since = text(IF_MODIFIED_SINCE).and_then(|date| httpdate::parse_http_date(date).ok());
    let since = since.and_then(|date: SystemTime| Timestamp::try_from(date).ok());
    Copy {
        etags: etags
            .filter(|etag| !etag.is_empty())
            .map(str::to_owned)
            .collect(),
        modified_since: since.map(to_proto),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_read_from_its_headers() {
        let headers = HeaderMap::from_iter([
            (IF_NONE_MATCH, "W/\"a\", \"b\",".parse().unwrap()),
            (
                IF_MODIFIED_SINCE,
                "Tue, 24 Nov 2026 04:00:00 GMT".parse().unwrap(),
            ),
        ]);
        let copy = copy(&headers);
        assert_eq!(copy.etags, ["a", "b"]);
        assert_eq!(copy.modified_since.unwrap().seconds, 1_795_492_800);
        assert_eq!(super::copy(&HeaderMap::new()), Copy::default());
    }
}
