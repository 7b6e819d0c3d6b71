//! Taking up an invitation.

use store::{InvitationRow, StaffRow, Tx};
use words::{Role, StaffId, Time};

use super::{Limit, SET_UP, password, tidy_name};
use crate::{desk::Desk, error::DeskError, settings::minutes};

/// An invitation, for whoever holds its link.
pub struct Invite {
    /// For whom; as they typed it once they have. Empty for the first admin at first.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Whether it sets up the first admin.
    pub first: bool,
    /// Who invited; none for the first admin.
    pub invited_by: Option<String>,
    /// Until when it works.
    pub expires: Time,
    /// What is left to confirm with a code, once name, login and password are chosen.
    pub enrolment: Option<Enrolment>,
}

/// The second page of an invitation.
pub struct Enrolment {
    /// The login that was chosen.
    pub login: String,
    /// The TOTP secret in base 32.
    pub totp_secret_base32: String,
    /// The same as the address that authenticators scan.
    pub otpauth_url: String,
}

/// A login: 2 to 40 small letters, digits, dots, underscores and hyphens.
fn check_login(login: &str) -> Result<String, DeskError> {
    let login = login.trim().to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if (2..=40).contains(&login.len()) && login.chars().all(plain) {
        Ok(login)
    } else {
        Err(DeskError::Invalid(
            "a sign-in name has 2 to 40 letters (a to z), digits, dots, underscores or hyphens"
                .to_owned(),
        ))
    }
}

const TAKEN: DeskError = DeskError::Conflict("that sign-in name is taken; please choose another");

impl Desk {
    /// What an invitation is for. The TOTP secret is in it after [`Desk::check_enrolment`].
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if it is unknown, used, withdrawn or expired.
    pub async fn invitation(&self, secret: &str) -> Result<Invite, DeskError> {
        let mut tx = self.store.read().await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        let invited_by = match row.created_by {
            Some(id) => tx.staff(id).await?.map(|staff| staff.name),
            None => None,
        };
        let enrolment = match (row.login, row.totp) {
            (Some(login), Some(totp)) => {
                let (totp_secret_base32, otpauth_url) = self.totp_texts(&totp, &login)?;
                Some(Enrolment {
                    login,
                    totp_secret_base32,
                    otpauth_url,
                })
            }
            _ => None,
        };
        Ok(Invite {
            name: row.name,
            role: row.role,
            first: row.created_by.is_none(),
            invited_by,
            expires: row.expires_at,
            enrolment,
        })
    }

    /// Takes the first page: checks name, login and password and keeps them on the invitation (the
    /// password hashed) with a fresh TOTP secret, until [`Desk::accept`] confirms all of it. Nobody
    /// is staff by this. Done again, it replaces what was chosen, the TOTP secret too, so that a code
    /// never confirms a password that somebody else chose in between.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] as for [`Desk::invitation`]; [`DeskError::Invalid`] and
    /// [`DeskError::Conflict`] with what to choose instead; [`DeskError::Limited`].
    pub async fn check_enrolment(
        &self,
        secret: &str,
        name: &str,
        login: &str,
        password: &str,
    ) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        let (name, login) = (tidy_name(name)?, check_login(login)?);
        password::check(password, &login, &self.settings.company)?;
        if tx.staff_by_login(&login).await?.is_some() {
            return Err(TAKEN);
        }
        // Each is 19 MiB of work.
        let limit = self.allowance("invitation:password", &row.id.to_string(), 10, minutes(1));
        self.take_from(&mut tx, &limit).await?;
        self.commit(tx).await?;

        let hash = self.hash_password(password).await?;
        let totp = self.new_totp()?;
        let mut tx = self.store.begin().await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        super::gone(tx.keep_enrolment(row.id, &name, &login, &hash, &totp).await)?;
        self.commit(tx).await
    }

    /// Takes the second page: a right code confirms the TOTP secret, makes the invited person staff
    /// and uses up the invitation, all or nothing. The code does not sign in as well.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] as for [`Desk::invitation`]; [`DeskError::Conflict`] if the first page
    /// is missing or the login was taken meanwhile; [`DeskError::Invalid`] for a wrong code;
    /// [`DeskError::Limited`] after ten of these.
    pub async fn accept(&self, secret: &str, code: &str) -> Result<StaffId, DeskError> {
        let mut tx = self.store.begin().await?;
        let now = self.now();
        tx.queue_at(SET_UP.as_bytes(), now).await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        let (Some(login), Some(password), Some(totp)) = (row.login, row.password, row.totp) else {
            return Err(DeskError::Conflict("choose a name and a password first"));
        };
        let limit = self.allowance("invitation:code", &row.id.to_string(), 10, minutes(1));
        if let Some(until) = limit.spent(&mut tx, now).await? {
            return Err(DeskError::Limited(until));
        }
        let Some(step) = self.totp_step(&totp, code, now)? else {
            limit.charge(&mut tx, now).await?;
            self.commit(tx).await?;
            return Err(super::wrong_code());
        };
        super::gone(tx.use_invitation(row.id, now).await)?;
        let id = self.id(StaffId::new);
        let staff = StaffRow {
            id,
            login,
            name: row.name,
            role: row.role,
            password: Some(password),
            totp: Some(totp),
            totp_step: step,
            token: false,
            created_at: now,
            ended_at: None,
        };
        tx.add_staff(&staff).await.map_err(|error| {
            if error.is_duplicate() {
                TAKEN
            } else {
                error.into()
            }
        })?;
        tx.set_meta(SET_UP, "yes").await?;
        tx.entry(
            self.entry(&format!("staff:{id}"), "staff.accepted")
                .with("invitation", row.id.to_string())
                .with("role", row.role.as_str()),
        );
        self.commit(tx).await?;
        Ok(id)
    }

    async fn open_invitation(&self, tx: &mut Tx, secret: &str) -> Result<InvitationRow, DeskError> {
        let row = tx
            .invitation(&vault::hash(secret.as_bytes()))
            .await?
            .ok_or(DeskError::NotFound)?;
        let open = row.used_at.is_none() && row.expires_at > self.now();
        // A set-up link that another node printed ends with the first admin, too.
        let late = row.created_by.is_none() && tx.meta(SET_UP).await?.is_some();
        if open && !late {
            Ok(row)
        } else {
            Err(DeskError::NotFound)
        }
    }

    async fn take_from(&self, tx: &mut Tx, limit: &Limit) -> Result<(), DeskError> {
        let now = self.now();
        match limit.spent(tx, now).await? {
            Some(until) => Err(DeskError::Limited(until)),
            None => limit.charge(tx, now).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGENT, PASSWORD, SOURCE};
    use super::*;
    use crate::{settings::hours, testing::on_both};

    #[test]
    fn an_invited_person_chooses_a_login_confirms_a_code_and_is_staff() {
        on_both(|world| async move {
            let desk = &world.desk;
            let admin = world.staff("ada", Role::Admin).await;
            let invited = desk
                .invite(&admin, "Kit Arlo", Role::Lead)
                .await
                .expect("an invitation");

            let before = desk
                .invitation(&invited.secret)
                .await
                .expect("an invitation");
            assert_eq!(
                (before.name.as_str(), before.role, before.first),
                ("Kit Arlo", Role::Lead, false)
            );
            assert_eq!(before.invited_by.as_deref(), Some("ada"));
            assert!(
                before.enrolment.is_none(),
                "no secret before a password is chosen"
            );
            let early = desk.accept(&invited.secret, "000000").await;
            assert!(matches!(early, Err(DeskError::Conflict(_))));

            let kit = world.take_up(&invited.secret, "kit").await;
            let mut tx = desk.store.read().await.expect("a transaction");
            let row = tx.staff(kit.id).await.expect("an answer").expect("staff");
            assert_eq!(
                (row.role, row.token, row.login.as_str()),
                (Role::Lead, false, "kit")
            );
            let used = tx
                .invitation(&vault::hash(invited.secret.as_bytes()))
                .await
                .expect("an answer");
            let used = used.expect("an invitation");
            assert!(used.password.is_none() && used.totp.is_none() && used.used_at.is_some());
            drop(tx);

            let ledger = world.ledger_text().await;
            assert!(ledger.contains("staff.invited") && ledger.contains("staff.accepted"));
            assert!(
                !ledger.contains("kit") && !ledger.contains("Arlo"),
                "{ledger}"
            );
        });
    }

    #[test]
    fn an_invitation_works_once() {
        on_both(|world| async move {
            let desk = &world.desk;
            let admin = world.staff("ada", Role::Admin).await;
            let invited = desk
                .invite(&admin, "Kit Arlo", Role::Rep)
                .await
                .expect("an invitation");
            let kit = world.take_up(&invited.secret, "kit").await;
            let code = world.code(&kit.totp);
            assert!(matches!(
                desk.invitation(&invited.secret).await,
                Err(DeskError::NotFound)
            ));
            assert!(matches!(
                desk.accept(&invited.secret, &code).await,
                Err(DeskError::NotFound)
            ));
            let page = desk
                .check_enrolment(&invited.secret, "Kit", "kit2", PASSWORD)
                .await;
            assert!(matches!(page, Err(DeskError::NotFound)));
            assert!(matches!(
                desk.invitation("unknown").await,
                Err(DeskError::NotFound)
            ));
        });
    }

    #[test]
    fn an_expired_invitation_answers_as_an_unknown_one() {
        on_both(|world| async move {
            let desk = &world.desk;
            let admin = world.staff("ada", Role::Admin).await;
            let invited = desk
                .invite(&admin, "Kit Arlo", Role::Rep)
                .await
                .expect("an invitation");
            desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
                .await
                .expect("a first page");
            let page = desk
                .invitation(&invited.secret)
                .await
                .expect("an invitation");
            let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
            world.clock.pass(hours(desk.settings.invitation_hours));
            let code = world.code(&totp);
            assert!(matches!(
                desk.accept(&invited.secret, &code).await,
                Err(DeskError::NotFound)
            ));
            assert!(matches!(
                desk.invitation(&invited.secret).await,
                Err(DeskError::NotFound)
            ));
            assert!(desk.invitations(&admin).await.expect("a list").is_empty());

            // The next invitation clears away what was chosen for this one.
            desk.invite(&admin, "Sol", Role::Rep)
                .await
                .expect("an invitation");
            let mut tx = desk.store.read().await.expect("a transaction");
            let row = tx
                .invitation(&vault::hash(invited.secret.as_bytes()))
                .await
                .expect("an answer");
            assert!(row.expect("an invitation").password.is_none());
        });
    }

    #[test]
    fn a_wrong_code_makes_nobody_staff_and_can_be_tried_again_only_so_often() {
        on_both(|world| async move {
            let desk = &world.desk;
            let admin = world.staff("ada", Role::Admin).await;
            let invited = desk
                .invite(&admin, "Kit Arlo", Role::Rep)
                .await
                .expect("an invitation");
            desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
                .await
                .expect("a first page");
            let page = desk
                .invitation(&invited.secret)
                .await
                .expect("an invitation");
            let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
            for _ in 0..10 {
                let answer = desk.accept(&invited.secret, "12345").await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))));
            }
            let code = world.code(&totp);
            assert!(matches!(
                desk.accept(&invited.secret, &code).await,
                Err(DeskError::Limited(_))
            ));
            world.clock.pass(minutes(1));
            let code = world.code(&totp);
            desk.accept(&invited.secret, &code)
                .await
                .expect("a new colleague");
        });
    }

    #[test]
    fn a_code_never_confirms_a_password_that_somebody_else_chose_in_between() {
        on_both(|world| async move {
            let desk = &world.desk;
            let admin = world.staff("ada", Role::Admin).await;
            let invited = desk
                .invite(&admin, "Kit Arlo", Role::Rep)
                .await
                .expect("an invitation");
            desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
                .await
                .expect("a first page");
            let page = desk
                .invitation(&invited.secret)
                .await
                .expect("an invitation");
            let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
            desk.check_enrolment(&invited.secret, "Mal", "mal", "eight loud lanterns")
                .await
                .expect("a page");
            let answer = desk.accept(&invited.secret, &world.code(&totp)).await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))));
        });
    }

    #[test]
    fn what_cannot_be_chosen_is_said_and_nothing_is_kept() {
        on_both(|world| async move {
            let desk = &world.desk;
            let admin = world.staff("ada", Role::Admin).await;
            let invited = desk
                .invite(&admin, "Kit Arlo", Role::Rep)
                .await
                .expect("an invitation");
            let secret = invited.secret;
            for (name, login, password) in [
                ("", "kit", PASSWORD),
                ("Kit", "k", PASSWORD),
                ("Kit", "kit arlo", PASSWORD),
                ("Kit", "token:1", PASSWORD),
                ("Kit", "kit", "too short"),
                ("Kit", "kit.arlo", "kit.arlo is me"),
            ] {
                let answer = desk.check_enrolment(&secret, name, login, password).await;
                assert!(
                    matches!(answer, Err(DeskError::Invalid(_))),
                    "{name} {login} {password}"
                );
            }
            let taken = desk.check_enrolment(&secret, "Kit", "ADA", PASSWORD).await;
            assert!(matches!(taken, Err(DeskError::Conflict(_))));
            assert!(
                desk.invitation(&secret)
                    .await
                    .expect("an invitation")
                    .enrolment
                    .is_none()
            );
        });
    }

    #[test]
    fn a_login_that_was_taken_in_between_uses_up_nothing() {
        on_both(|world| async move {
            let desk = &world.desk;
            let admin = world.staff("ada", Role::Admin).await;
            let invited = desk
                .invite(&admin, "Kit Arlo", Role::Rep)
                .await
                .expect("an invitation");
            desk.check_enrolment(&invited.secret, "Kit", "kit", PASSWORD)
                .await
                .expect("a first page");
            world.staff("kit", Role::Rep).await;
            let page = desk
                .invitation(&invited.secret)
                .await
                .expect("an invitation");
            let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
            let answer = desk.accept(&invited.secret, &world.code(&totp)).await;
            assert!(matches!(answer, Err(DeskError::Conflict(_))));
            world.take_up(&invited.secret, "kit2").await;
        });
    }

    #[test]
    fn the_code_that_enrolled_does_not_sign_in() {
        on_both(|world| async move {
            let kit = world.hire("kit", Role::Rep).await;
            let half = world
                .desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            let answer = world
                .desk
                .second_step(&half.secret, &world.code(&kit.totp), SOURCE)
                .await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))));
        });
    }
}
