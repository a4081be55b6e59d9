//! The HTTP client under a collection from answers that were kept: it opens no connection, and what was not kept is refused.

use super::{EXCHANGE, Exchange, request_of};
use crate::bounded::{ITEMS, LARGEST, TooLarge};
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::lock::lock;
use audit::raw_answers::{Asked, RawAnswer, Recall};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Questions without an answer, after which the collection is given up: answers that were made up may lead to endless ones.
const MISSING: usize = 1_000;

/// What is said of a question that was not kept.
const NOT_KEPT: &str = "the bundle holds no answer to this";

/// Answers that were kept, and what was asked and is not among them.
#[derive(Debug)]
pub(crate) struct Replay {
    recall: Arc<dyn Recall>,
    missing: Mutex<Vec<Asked>>,
    lost: Notify,
}

impl Replay {
    pub(crate) fn new(recall: Arc<dyn Recall>) -> Arc<Self> {
        Arc::new(Replay { recall, missing: Mutex::default(), lost: Notify::new() })
    }

    /// The client that answers.
    pub(crate) fn client(self: &Arc<Self>) -> SharedHttpClient {
        SharedHttpClient::new(Client(Arc::clone(self)))
    }

    /// What was asked and is not there.
    pub(crate) fn missing(&self) -> Vec<Asked> {
        lock(&self.missing).clone()
    }

    /// Comes when too much is missing.
    pub(crate) async fn lost(&self) {
        self.lost.notified().await;
    }

    /// Makes the read with one attempt, over what was kept.
    pub(crate) async fn read<T>(
        &self,
        call: &Call<'_>,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        self.go_on().await;
        let exchange = Exchange::of(call);
        let result = EXCHANGE.scope(Arc::clone(&exchange), attempt).await;
        let failure = lock(&exchange.state).failure.take();
        self.go_on().await;
        failure.map_or(result, Err)
    }

    /// Whether a call worked whose answer is not kept.
    pub(crate) async fn outcome(&self, call: &Call<'_>) -> Result<(), Failure> {
        self.go_on().await;
        match self.recalled(Exchange::of(call).asked.clone()) {
            Ok(RawAnswer::Withheld) => Ok(()),
            Ok(_) => Err(Failure::new(Class::Refused, NOT_KEPT)),
            Err(failure) => Err(failure),
        }
    }

    /// Never comes back where too much is missing.
    async fn go_on(&self) {
        if lock(&self.missing).len() >= MISSING {
            self.lost.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// What was kept of exactly this request, else of the call where it never came to a request.
    fn recalled(&self, asked: Asked) -> Result<RawAnswer, Failure> {
        let without = || Asked { request: None, ..asked.clone() };
        let said = self.recall.recall(&asked);
        let said =
            if asked.request.is_some() { said.or_else(|| self.recall.recall(&without())) } else { said };
        match said {
            Some(RawAnswer::Failure { class, code, error }) => {
                let class = Class::parse(&class);
                Err(Failure { code, ..Failure::new(class, error) })
            }
            Some(said) => Ok(said),
            None => {
                let mut missing = lock(&self.missing);
                if missing.len() < MISSING {
                    missing.push(asked);
                }
                Err(Failure::new(Class::Refused, NOT_KEPT))
            }
        }
    }

    fn answer(&self, exchange: &Exchange, request: &HttpRequest) -> Result<HttpResponse, Failure> {
        let asked = Asked { request: Some(request_of(request)), ..exchange.asked.clone() };
        match self.recalled(asked)? {
            RawAnswer::Answer { status, error_code, body, .. } => response(status, error_code, body),
            _ => Err(Failure::new(Class::Refused, NOT_KEPT)),
        }
    }
}

/// The answer as it came, within the limits that hold for every answer.
fn response(status: u16, error_code: Option<String>, body: Vec<u8>) -> Result<HttpResponse, Failure> {
    let too_large = |why: TooLarge| Failure::new(Class::Final, why.to_string());
    if body.len() as u64 > LARGEST {
        return Err(too_large(TooLarge::Bytes(LARGEST)));
    }
    if body.iter().filter(|byte| **byte == b'{').count() as u64 > ITEMS {
        return Err(too_large(TooLarge::Items));
    }
    let unfit = || Failure::new(Class::Final, "what was kept is not an answer of HTTP");
    let mut response = HttpResponse::new(status.try_into().map_err(|_| unfit())?, SdkBody::from(body));
    if let Some(code) = error_code {
        response.headers_mut().try_insert("x-amzn-errortype", code).map_err(|_| unfit())?;
    }
    Ok(response)
}

#[derive(Clone, Debug)]
struct Client(Arc<Replay>);

impl HttpClient for Client {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Client {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Ok(exchange) = EXCHANGE.try_with(Arc::clone) else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user(NOT_KEPT.into())));
        };
        HttpConnectorFuture::ready(self.0.answer(&exchange, &request).map_err(|failure| {
            let error = ConnectorError::user(failure.error.clone().into());
            lock(&exchange.state).failure = Some(failure);
            error
        }))
    }
}
