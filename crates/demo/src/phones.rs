//! The phones of the outside world: every text message that left the desk.

use desk::{
    letter::CarrierError,
    text::{TextCarrier, TextEnvelope},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;
use words::{Clock, Time};

/// How many text messages are kept, all phones together.
const KEPT: usize = 500;

/// A text message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessage {
    /// When it arrived.
    pub at: Time,
    /// What it says.
    pub text: String,
}

impl TextMessage {
    /// The link in it, if there is one.
    pub fn link(&self) -> Option<&str> {
        let begins = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
        self.text.split_whitespace().find(begins)
    }
}

struct Arrived {
    to: String,
    id: String,
    message: TextMessage,
}

/// All phones; any number has one.
pub struct Phones {
    clock: Arc<dyn Clock>,
    texts: Mutex<VecDeque<Arrived>>,
    news: watch::Sender<u64>,
}

impl Phones {
    pub(crate) fn new(clock: Arc<dyn Clock>, news: watch::Sender<u64>) -> Self {
        Self {
            clock,
            texts: Mutex::default(),
            news,
        }
    }

    fn texts(&self) -> MutexGuard<'_, VecDeque<Arrived>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text messages to a number, newest first.
    pub fn of(&self, number: &str) -> Vec<TextMessage> {
        let number = digits(number);
        let texts = self.texts();
        let theirs = texts.iter().rev().filter(|one| one.to == number);
        theirs.map(|one| one.message.clone()).collect()
    }
}

#[async_trait::async_trait]
impl TextCarrier for Phones {
    async fn carry(&self, envelope: &TextEnvelope) -> Result<(), CarrierError> {
        let said = sms::render(&envelope.text, &envelope.company)
            .map_err(|error| CarrierError::Never(error.to_string()))?;
        let mut texts = self.texts();
        // The same again is the same.
        if texts.iter().all(|one| one.id != envelope.id) {
            texts.push_back(Arrived {
                to: digits(&envelope.to),
                id: envelope.id.clone(),
                message: TextMessage {
                    at: self.clock.now(),
                    text: said.text.to_string(),
                },
            });
        }
        if texts.len() > KEPT {
            texts.pop_front();
        }
        drop(texts);
        self.news.send_modify(|n| *n += 1);
        Ok(())
    }
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::text::Text;

    struct Still;
    impl Clock for Still {
        fn now(&self) -> Time {
            Time(1_795_255_200_000_000)
        }
    }

    fn envelope(to: &str, id: &str) -> TextEnvelope {
        TextEnvelope {
            to: to.to_owned().into(),
            id: id.to_owned(),
            company: "Acme Production".to_owned(),
            text: Text::Outreach {
                at: Still.now(),
                link: "https://desk.example/owner/was-this-you/abc".to_owned(),
            },
        }
    }

    #[tokio::test]
    async fn a_text_message_is_on_the_phone_it_went_to_once() {
        let phones = Phones::new(Arc::new(Still), watch::Sender::new(0));
        for (to, id) in [("+44 7700 900042", "1"), ("+447700900042", "1")] {
            phones.carry(&envelope(to, id)).await.expect("taken");
        }
        let texts = phones.of("+44 7700 900 042");
        assert_eq!(texts.len(), 1);
        assert_eq!(
            texts[0].link(),
            Some("https://desk.example/owner/was-this-you/abc")
        );
        assert!(phones.of("+44 7700 900099").is_empty());
    }
}
