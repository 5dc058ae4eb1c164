//! An authenticator for passkeys, in software: as much of WebAuthn as a browser and a phone do for us.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

pub const ORIGIN: &str = "https://portal.example";
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

/// One passkey. What a test changes in it is what is wrong with it.
pub struct Authenticator {
    /// Where the browser is.
    pub origin: String,
    /// Whom the authenticator takes us for; as we say, if empty.
    pub rp_id: String,
    /// Whether it asks for a finger or a PIN.
    pub verifies: bool,
    /// How often it was used; `None` for one that does not count, such as those that are synchronised.
    pub counter: Option<u32>,
    id: [u8; 16],
    key: Vec<u8>,
    user: Value,
}

impl Authenticator {
    pub fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self {
            origin: ORIGIN.to_owned(),
            rp_id: String::new(),
            verifies: true,
            counter: Some(0),
            id: *uuid::Uuid::now_v7().as_bytes(),
            key: pair.to_pkcs8v1().unwrap().as_ref().to_vec(),
            user: Value::Null,
        }
    }

    /// One that does not verify its user, such as a simple security key.
    pub fn without_verification() -> Self {
        Self {
            verifies: false,
            ..Self::new()
        }
    }

    /// What `navigator.credentials.create` gives for these options.
    pub fn create(&mut self, options: &str) -> String {
        let options = &serde_json::from_str::<Value>(options).unwrap()["publicKey"];
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(
            options["authenticatorSelection"]["userVerification"],
            "preferred"
        );
        // With it, browsers refuse to leave verification to the authenticator.
        assert!(options["extensions"]["credentialProtectionPolicy"].is_null());
        self.user = options["user"]["id"].clone();
        let client_data = self.client_data("webauthn.create", options);
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), HAS_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        data.extend(self.public_key());

        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.extend([0x58, u8::try_from(data.len()).unwrap()]);
        object.extend(data);
        self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
            "attestationObject": BASE64URL_NOPAD.encode(&object),
            "transports": ["internal"],
        }))
    }

    /// What `navigator.credentials.get` gives for these options.
    pub fn get(&mut self, options: &str) -> String {
        let options = &serde_json::from_str::<Value>(options).unwrap()["publicKey"];
        self.counter = self.counter.map(|count| count + 1);
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(options["rpId"].as_str().unwrap(), 0);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client_data).as_ref());
        let signature = self.pair().sign(&SystemRandom::new(), &signed).unwrap();
        self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
            "userHandle": self.user,
        }))
    }

    fn credential(&self, response: &Value) -> String {
        let id = BASE64URL_NOPAD.encode(&self.id);
        let credential = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "response": response,
            "clientExtensionResults": {},
        });
        credential.to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn data(&self, rp_id: &str, flags: u8) -> Vec<u8> {
        let rp_id = if self.rp_id.is_empty() {
            rp_id
        } else {
            &self.rp_id
        };
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | verified | flags);
        data.extend(self.counter.unwrap_or_default().to_be_bytes());
        data
    }

    /// A COSE key: EC2, ES256, P-256, x, y.
    fn public_key(&self) -> Vec<u8> {
        let pair = self.pair();
        let point = pair.public_key().as_ref();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(&point[33..65]);
        key
    }

    fn pair(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.key).unwrap()
    }
}
