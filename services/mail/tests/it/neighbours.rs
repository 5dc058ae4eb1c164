//! Identity and a mail server, as far as mail needs them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use nsp_kit::{client::Channel, testbed::Bed, tls::Certificates};
use nsp_proto::identity::v1::{
    ChangePasswordRequest, ChangePasswordResponse, GetProfileRequest, GetRecipientRequest,
    GetUserRequest, ListSigningKeysRequest, ListSigningKeysResponse, ListUsersRequest,
    ListUsersResponse, Recipient, ResetFactorsRequest, UpdateProfileRequest, User, UserRecord,
    key_service_client::KeyServiceClient,
    key_service_server::{KeyService, KeyServiceServer},
    user_service_server::{UserService, UserServiceServer},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tonic::{Request, Response, Result, Status, transport::Server};

/// People by their names, shared with the test.
pub type People = Arc<Mutex<HashMap<String, Recipient>>>;

/// Serves as `identity`; gives its address.
pub async fn identity(bed: &Bed, people: People) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("https://{}", listener.local_addr()?);
    let certificates = Certificates::load(&bed.tls("identity")?)?;
    let incoming = certificates.accept(listener, bed.stop.clone());
    let keys = bed.channel("identity", bed.identity(), "mail")?;
    let server = Server::builder()
        .add_service(UserServiceServer::new(Users(people)))
        .add_service(KeyServiceServer::new(Keys(keys)));
    tokio::spawn(server.serve_with_incoming_shutdown(incoming, bed.stop.clone().cancelled_owned()));
    Ok(address)
}

struct Users(People);

#[tonic::async_trait]
impl UserService for Users {
    async fn get_recipient(
        &self,
        request: Request<GetRecipientRequest>,
    ) -> Result<Response<Recipient>> {
        let request = request.into_inner();
        let people = self.0.lock().unwrap();
        let person = people.get(&request.name).cloned();
        let mut person = person.ok_or_else(|| Status::not_found("nobody"))?;
        if request.link.is_empty() {
            person.link_path = String::new();
        }
        Ok(Response::new(person))
    }

    async fn get_profile(&self, _: Request<GetProfileRequest>) -> Result<Response<User>> {
        Err(Status::unimplemented("not here"))
    }

    async fn update_profile(&self, _: Request<UpdateProfileRequest>) -> Result<Response<User>> {
        Err(Status::unimplemented("not here"))
    }

    async fn list_users(
        &self,
        _: Request<ListUsersRequest>,
    ) -> Result<Response<ListUsersResponse>> {
        Err(Status::unimplemented("not here"))
    }

    async fn get_user(&self, _: Request<GetUserRequest>) -> Result<Response<UserRecord>> {
        Err(Status::unimplemented("not here"))
    }

    async fn reset_factors(&self, _: Request<ResetFactorsRequest>) -> Result<Response<UserRecord>> {
        Err(Status::unimplemented("not here"))
    }

    async fn change_password(
        &self,
        _: Request<ChangePasswordRequest>,
    ) -> Result<Response<ChangePasswordResponse>> {
        Err(Status::unimplemented("not here"))
    }
}

/// Passes on to the bed's own identity, which knows the key of its tokens.
struct Keys(Channel);

#[tonic::async_trait]
impl KeyService for Keys {
    async fn list_signing_keys(
        &self,
        request: Request<ListSigningKeysRequest>,
    ) -> Result<Response<ListSigningKeysResponse>> {
        KeyServiceClient::new(self.0.clone())
            .list_signing_keys(request.into_inner())
            .await
    }
}

/// A mail server that answers the end of each mail from a script, and accepts when the script is over.
#[derive(Clone, Default)]
pub struct Server25 {
    script: Arc<Mutex<VecDeque<&'static str>>>,
    /// The mails it was offered, each as it came in, whatever it answered.
    pub offered: Arc<Mutex<Vec<String>>>,
}

impl Server25 {
    pub async fn start(script: &[&'static str]) -> anyhow::Result<(Self, String)> {
        let server = Self {
            script: Arc::new(Mutex::new(script.iter().copied().collect())),
            ..Self::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("smtp://{}", listener.local_addr()?);
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().talk(stream));
            }
        });
        Ok((server, url))
    }

    async fn talk(self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 test\r\n").await?;
        let mut mail: Option<String> = None;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer = match &mut mail {
                Some(text) if line == ".\r\n" => {
                    self.offered.lock().unwrap().push(std::mem::take(text));
                    mail = None;
                    let scripted = self.script.lock().unwrap().pop_front();
                    scripted.unwrap_or("250 2.0.0 accepted").to_owned()
                }
                Some(text) => {
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    continue;
                }
                None if line.starts_with("EHLO") => "250-test\r\n250 8BITMIME".to_owned(),
                None if line.starts_with("DATA") => {
                    mail = Some(String::new());
                    "354 go on".to_owned()
                }
                None if line.starts_with("QUIT") => return Ok(()),
                None => "250 fine".to_owned(),
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    pub fn offers(&self) -> Vec<String> {
        self.offered.lock().unwrap().clone()
    }
}
