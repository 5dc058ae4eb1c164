//! The object store: the bytes of what was received. The database says which of them count.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, local::LocalFileSystem, path::Path as Name,
};

/// Where bytes lie, under names that are used once.
#[derive(Debug, Clone)]
pub struct Objects(Arc<dyn ObjectStore>);

impl Objects {
    /// A folder, which is made if need be.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        use anyhow::Context;
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        // What was answered with "accepted" is there after a power failure too.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// Writes an object; whoever reads its name sees all of it or nothing.
    pub async fn put(&self, name: &str, body: Bytes) -> Result<(), Error> {
        self.0.put(&Name::from(name), body.into()).await.map(drop)
    }

    pub async fn get(&self, name: &str) -> Result<Bytes, Error> {
        self.0.get(&Name::from(name)).await?.bytes().await
    }

    /// Deletes an object that may be gone already.
    pub async fn delete(&self, name: &str) -> Result<(), Error> {
        match self.0.delete(&Name::from(name)).await {
            Err(Error::NotFound { .. }) => Ok(()),
            result => result,
        }
    }
}
