//! The HTTP client under a session that keeps answers: it copies what comes by into the read that is being made.

use super::{EXCHANGE, Exchange, request_of};
use crate::lock::lock;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// `under`, heard by the read that is being made; requests outside of one are sent and not kept.
pub(crate) fn recording(under: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Client(under))
}

#[derive(Debug)]
struct Client(SharedHttpClient);

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Ok(exchange) = EXCHANGE.try_with(Arc::clone) else { return self.0.call(request) };
        exchange.begin(request_of(&request));
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let code = answer.headers().get("x-amzn-errortype").map(str::to_owned);
            let mut state = lock(&exchange.state);
            state.head = Some((answer.status().as_u16(), code));
            state.whole = answer.body().is_end_stream();
            drop(state);
            Ok(answer.map(|body| {
                let exchange = Arc::clone(&exchange);
                SdkBody::from_body_1_x(Copied { body: Box::pin(body), exchange })
            }))
        })
    }
}

/// A body of which whatever is read is also kept. The limit for one answer lies below it.
struct Copied {
    body: Pin<Box<SdkBody>>,
    exchange: Arc<Exchange>,
}

impl Body for Copied {
    type Data = <SdkBody as Body>::Data;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, BoxError>>> {
        let this = self.get_mut();
        let polled = this.body.as_mut().poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    let mut state = lock(&this.exchange.state);
                    state.body.extend_from_slice(data);
                    state.whole = this.body.is_end_stream();
                }
            }
            Poll::Ready(None) => lock(&this.exchange.state).whole = true,
            Poll::Ready(Some(Err(_))) => lock(&this.exchange.state).whole = false,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
