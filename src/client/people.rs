//! Who one is: claiming a handle, coming back to it from another device, and what to do about a device that was lost.

use super::{Client, Error};
use crate::model::{DeviceId, Password, User, limits};
use crate::wire::{Answer, DeviceEntry, DevicesAfter, Login, Passwd, Register, Request, Revoke};

impl Client {
    /// Claims a handle. With a password other devices can [log in](Self::login) to it; without one it is this device's.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is taken or none, or the password too short; [`Error::Disconnected`].
    pub async fn register(&self, handle: &str, password: Option<Password>) -> Result<User, Error> {
        let handle = handle.to_owned();
        user(self.call(Request::Register(Register { handle, password })).await?)
    }

    /// Becomes the user who has this handle.
    ///
    /// # Errors
    /// [`Error::Refused`] if the password is not the handle's, or it was guessed at too often; [`Error::Disconnected`].
    pub async fn login(&self, handle: &str, password: Password) -> Result<User, Error> {
        let handle = handle.to_owned();
        user(self.call(Request::Login(Login { handle, password })).await?)
    }

    /// Sets the password of one's handle, or changes it, which takes the one before.
    ///
    /// # Errors
    /// [`Error::Refused`] if `old` is not the one before; [`Error::Disconnected`].
    pub async fn set_password(&self, password: Password, old: Option<Password>) -> Result<(), Error> {
        done(&self.call(Request::Passwd(Passwd { password, old })).await?)
    }

    /// All devices of one's own user, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Disconnected`]; [`Error::Unexpected`] if the list does not end.
    pub async fn devices(&self) -> Result<Vec<DeviceEntry>, Error> {
        let (mut all, mut after) = (Vec::<DeviceEntry>::new(), None);
        loop {
            let Answer::Devices(list) = self.call(Request::Devices(DevicesAfter { after })).await? else {
                return Err(Error::Unexpected("it sent no list of devices"));
            };
            let end = list.devices.last().map(|device| device.id);
            all.extend(list.devices);
            if !list.more {
                return Ok(all);
            }
            if end <= after || all.len() > limits::CLIENT_LIST_ENTRIES_MAX {
                return Err(Error::Unexpected("its list of devices does not end"));
            }
            after = end;
        }
    }

    /// Makes one of one's own devices worth nothing: its connection ends, and it cannot come back.
    ///
    /// # Errors
    /// [`Error::Refused`] if it is not one's own; [`Error::Disconnected`].
    pub async fn revoke(&self, device: DeviceId) -> Result<(), Error> {
        done(&self.call(Request::Revoke(Revoke { device })).await?)
    }
}

fn user(answer: Answer) -> Result<User, Error> {
    match answer {
        Answer::User(user) => Ok(user),
        _ => Err(Error::Unexpected("it did not say who one is")),
    }
}

fn done(answer: &Answer) -> Result<(), Error> {
    match answer {
        Answer::Ok => Ok(()),
        _ => Err(Error::Unexpected("it did not say that it is done")),
    }
}
