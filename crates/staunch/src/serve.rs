//! Starting the server, and putting a desk together from a data folder and settings.

use anyhow::{Context as _, Result, bail};
use desk::{
    Desk, Parts, catalogue::Catalogue, letter::Carrier, provider::IdentityProvider,
    text::TextCarrier,
};
use gate::Gate;
use ledger::Signer;
use mail::SmtpCarrier;
use std::{path::Path, sync::Arc, time::Duration};
use store::Store;
use tokio::{net::TcpListener, sync::watch as tell, task::JoinSet};
use tracing_subscriber::EnvFilter;
use vault::Vault;
use watch::Places;
use web::App;

use crate::{
    Place,
    config::{Loaded, Settings},
    hook::{NoMail, NoProvider, WebHook},
    journal::witness,
    keys::Folder,
    listen,
    system::{SystemClock, SystemEntropy},
};

/// How many letters and hooks are worked off side by side.
const WORKERS: usize = 4;
/// How long open requests may take after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How the name in the ledger's checkpoints begins; what follows is each desk's own.
const ORIGIN: &str = "staunch.local/ledger";
const NO_POSTGRES: &str = "the PostgreSQL database can't be used; see `server.database`";

pub(crate) fn signer(seed: &[u8; 32]) -> Result<Signer> {
    Ok(Signer::named_by_key(ORIGIN, seed)?)
}

pub(crate) fn catalogue(file: Option<&Path>) -> Result<Catalogue> {
    let Some(path) = file else {
        return Ok(Catalogue::shipped());
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("can't read the catalogue `{}`", path.display()))?;
    Catalogue::parse(&text).with_context(|| format!("the catalogue `{}`", path.display()))
}

pub(crate) fn places(settings: &Settings) -> Result<Option<Places>> {
    match &settings.server.countries {
        Some(path) => {
            let bytes = std::fs::read(path)
                .with_context(|| format!("can't read the country file `{}`", path.display()))?;
            Ok(Some(Places::from_mmdb(bytes).with_context(|| {
                format!("the country file `{}`", path.display())
            })?))
        }
        None => Ok(Some(
            Places::from_mmdb(web::assets::COUNTRIES)
                .context("the country file that ships with Staunch")?,
        )),
    }
}

pub(crate) async fn open_store(settings: &Settings, folder: &Folder) -> Result<Store> {
    match &settings.server.database {
        Some(url) => Store::postgres(url).await.context(NO_POSTGRES),
        None => Store::sqlite(&folder.database()).await.with_context(|| {
            format!(
                "the database in `{}` can't be used",
                folder.path().display()
            )
        }),
    }
}

/// The outside: where letters and hooks go.
pub(crate) struct Outside {
    pub(crate) carrier: Arc<dyn Carrier>,
    pub(crate) provider: Arc<dyn IdentityProvider>,
    pub(crate) texts: Option<Arc<dyn TextCarrier>>,
}

impl Outside {
    fn of(settings: &Settings) -> Result<Self> {
        let clock = Arc::new(SystemClock);
        let carrier: Arc<dyn Carrier> = match &settings.mail {
            Some(mail) => Arc::new(SmtpCarrier::new(mail, clock.clone()).context("`mail`")?),
            None => Arc::new(NoMail),
        };
        let provider: Arc<dyn IdentityProvider> = match &settings.identity {
            Some(identity) => {
                let secret = desk::provider::parse_secret(&identity.webhook_secret)
                    .map_err(anyhow::Error::msg)?;
                Arc::new(WebHook::new(identity.webhook_url.clone(), secret, clock)?)
            }
            None => Arc::new(NoProvider),
        };
        let texts = crate::texts::carrier(settings.texts.as_ref())?;
        Ok(Self {
            carrier,
            provider,
            texts,
        })
    }
}

/// A desk with the policies in force; there is none if the newest set can't be used.
async fn open_desk(settings: Settings, folder: &Folder, outside: Outside) -> Result<Arc<Desk>> {
    let desk = put_together(settings, folder, outside).await?;
    desk.take_up_policies().await?;
    Ok(desk)
}

async fn put_together(settings: Settings, folder: &Folder, outside: Outside) -> Result<Arc<Desk>> {
    let alone = folder.alone()?;
    let used = settings.server.database.is_none() && folder.database().exists();
    let (master, seed) = folder.keys(&SystemEntropy, used)?;
    let store = open_store(&settings, folder).await?;
    let vault = Vault::new(&master)?;
    if !store
        .belongs(&vault.blind("database", "these keys").0)
        .await?
    {
        bail!(
            "the keys in `{}` are not those of this database; put the right ones back from the backup",
            folder.path().display()
        );
    }
    drop(alone);
    let signer = signer(&seed)?;
    let verifier = signer.verifier();
    let mails = crate::receipts::mails(settings.receipts.as_ref())?;
    let mut desk = Desk::new(Parts {
        store,
        vault,
        gate: Gate::shipped()?,
        signer,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        carrier: outside.carrier,
        texts: outside.texts,
        provider: outside.provider,
        catalogue: catalogue(settings.server.catalogue.as_deref())?,
        places: places(&settings)?,
        rules: settings.watch,
        witness: witness(folder.clone(), verifier),
        settings: settings.desk,
    });
    if let Some(mails) = mails {
        desk.take_receipt_mails(mails);
    }
    Ok(Arc::new(desk))
}

/// A desk for one command beside a server: it works off nothing.
pub(crate) async fn offline(data: &Path, config: Option<&Path>) -> Result<Arc<Desk>> {
    let settings = Loaded::load(config, Some(data))?.settings;
    settings.check()?;
    beside(settings, &Folder::existing(data)?).await
}

/// The same for a command that may come before the first start: it makes the data folder, the keys
/// and the database as the server does. The set-up link stays for the first start.
pub(crate) async fn offline_even_new(data: &Path, config: Option<&Path>) -> Result<Arc<Desk>> {
    let settings = Loaded::load(config, Some(data))?.settings;
    settings.check()?;
    let new = !Folder::holds_desk(data);
    let folder = folder(data, &settings).await?;
    if new {
        let data = data.display();
        eprintln!("`staunch serve --data {data}` starts it and prints the set-up link.");
    }
    beside(settings, &folder).await
}

/// The same for a command about the policies themselves, whether or not the newest set can be used:
/// the shipped ones decide for as long as it runs.
pub(crate) async fn offline_whatever_policies(
    data: &Path,
    config: Option<&Path>,
) -> Result<Arc<Desk>> {
    let settings = Loaded::load(config, Some(data))?.settings;
    settings.check()?;
    put_together(settings, &Folder::existing(data)?, nowhere()).await
}

/// The folder of a desk, or of a new one. With `PostgreSQL` a new one begins only on a database that holds
/// no desk: keys that are made anew open nothing of another's.
async fn folder(data: &Path, settings: &Settings) -> Result<Folder> {
    if let Some(url) = &settings.server.database
        && !Folder::holds_desk(data)
        && store::postgres_belongs_to_a_desk(url)
            .await
            .context(NO_POSTGRES)?
        // Another process may have begun it in this very folder meanwhile.
        && !Folder::holds_desk(data)
    {
        bail!(
            "the database of `server.database` holds a desk whose keys are not in `{}`; put the keys there from the backup, or name the data folder that has them with --data; a new desk needs a database of its own",
            data.display()
        );
    }
    Folder::open(data)
}

/// A desk for a command. It sends nothing itself, but knows whether text messages can be sent: what it puts
/// down for the worker of `serve` to send depends on that.
pub(crate) async fn beside(settings: Settings, folder: &Folder) -> Result<Arc<Desk>> {
    let texts = crate::texts::carrier(settings.texts.as_ref())?;
    let outside = Outside { texts, ..nowhere() };
    open_desk(settings, folder, outside).await
}

fn nowhere() -> Outside {
    Outside {
        carrier: Arc::new(NoMail),
        provider: Arc::new(NoProvider),
        texts: None,
    }
}

pub(crate) async fn serve(place: Place, demo: bool) -> Result<()> {
    let data = match (&place.data, demo) {
        (Some(data), _) => data.clone(),
        (None, false) => "staunch-data".into(),
        (None, true) => "staunch-demo".into(),
    };
    let mut loaded = Loaded::load(place.config.as_deref(), Some(&data))?;
    log(loaded.settings.server.log_json);
    loaded.settings.check()?;
    let mut marks = loaded.marks();
    let settings = &mut loaded.settings;
    if let Some(listen) = &place.listen {
        marks.insert("server.listen".to_owned(), listen.clone());
        settings.server.listen = listen.parse().with_context(|| {
            format!("`--listen {listen}` is not ADDR:PORT, such as 127.0.0.1:8080")
        })?;
    }
    let listener = TcpListener::bind(settings.server.listen)
        .await
        .with_context(|| {
            format!(
                "can't listen on {}; is something else there? choose another with --listen",
                settings.server.listen
            )
        })?;
    let address = listener.local_addr()?;
    let folder = folder(&data, settings).await?;
    settings.server.listen = address;
    if settings.desk.base_url.is_empty() {
        if settings.mail.is_some() || address.ip().is_unspecified() {
            tracing::warn!(
                "`desk.base_url` is not set: links lead to this machine's own address; set it to where browsers reach the desk"
            );
        }
        settings.desk.base_url = listen::reached(address);
    }
    if !demo && settings.mail.is_none() {
        tracing::warn!(
            "no mail server is set: letters wait for a day and are then given up; see [mail] in the settings"
        );
    }
    if !demo && settings.identity.is_none() {
        tracing::warn!(
            "no identity provider is set: resets and locks wait for a day; see [identity] in the settings"
        );
    }
    let base = settings.desk.base_url.clone();
    let web_settings = settings.web.clone();
    if place.listen.is_some() {
        loaded.overrule("server.listen", &address.to_string(), "command line");
    }
    let (stop, stopping) = tell::channel(false);
    let mut tasks = JoinSet::new();

    let (desk, scene, shown) = if demo {
        let scene = demo::Scene::begin(&base, Arc::new(SystemClock), stopping.clone()).await?;
        made_up(&mut loaded, &scene.continue_url());
        let outside = Outside {
            carrier: scene.carrier(),
            provider: Arc::new(WebHook::new(
                scene.hook_url(),
                scene.hook_secret(),
                Arc::new(SystemClock),
            )?),
            texts: Some(scene.texts()),
        };
        let shown = loaded.shown();
        let desk = open_desk(loaded.settings, &folder, outside).await?;
        let scene = scene.furnish(desk.clone(), folder.path()).await?;
        (desk, Some(scene), shown)
    } else {
        let outside = Outside::of(&loaded.settings)?;
        let shown = loaded.shown();
        let desk = open_desk(loaded.settings, &folder, outside).await?;
        (desk, None, shown)
    };

    desk.note_settings(&marks).await?;
    let hints = scene.clone().map(|scene| scene as Arc<dyn web::DemoHints>);
    let app = App::new(
        desk.clone(),
        web_settings,
        shown,
        data.display().to_string(),
        hints,
        stopping.clone(),
    );
    let more = scene.clone();
    let (router, _) = web::router(app, move |routes| match more {
        Some(scene) => scene.routes(routes),
        None => routes,
    });

    for _ in 0..WORKERS {
        let (desk, mut stopping) = (desk.clone(), stopping.clone());
        tasks.spawn(desk.work_until(async move {
            // An error means that the server is gone, which is the same.
            let _ = stopping.wait_for(|stop| *stop).await;
        }));
    }
    let (kept, mut until) = (desk.clone(), stopping.clone());
    tasks.spawn(kept.keep_policies(async move {
        // An error means that the server is gone, which is the same.
        let _ = until.wait_for(|stop| *stop).await;
    }));
    if let Some(scene) = &scene {
        scene.greet(&base);
    } else {
        println!("Staunch is at {base}");
        if let Some(secret) = desk.first_setup().await? {
            println!(
                "Set up the first admin with this link, which works once: {base}/set-up/{secret}"
            );
        }
    }

    let mut ended = stopping.clone();
    let stopped = async move {
        // An error means that the server is gone, which is the same.
        let _ = ended.wait_for(|stop| *stop).await;
    };
    let server = tokio::spawn(listen::answer(listener, router, stopped, GRACE));
    told_to_stop().await;
    tracing::info!("stopping: work in hand is finished");
    stop.send_replace(true);
    if !server.await? {
        tracing::warn!("some requests took too long and were cut off");
    }
    // A letter in hand is finished too; what is queued stays queued.
    if tokio::time::timeout(GRACE, async { while tasks.join_next().await.is_some() {} })
        .await
        .is_err()
    {
        tracing::warn!("a letter took too long; it is sent again at the next start");
    }
    desk.store().close().await;
    Ok(())
}

/// What the demo sets, whatever the settings say.
fn made_up(loaded: &mut Loaded, continue_url: &str) {
    let desk = &mut loaded.settings.desk;
    demo::COMPANY.clone_into(&mut desk.company);
    desk.continue_url = Some(continue_url.to_owned());
    for (key, text) in [
        ("desk.company", demo::COMPANY),
        ("desk.continue_url", continue_url),
        ("mail", "to the mailboxes of the outside world"),
        ("texts", "to the phones of the outside world"),
        ("identity", "the shop's made-up sign-in service"),
    ] {
        loaded.overrule(key, text, "demo");
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Log lines go to standard error; `STAUNCH_LOG` says how many, such as `debug`.
fn log(json: bool) {
    let filter = EnvFilter::try_from_env("STAUNCH_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call, as in tests, keeps the first.
    let _ = if json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
}
