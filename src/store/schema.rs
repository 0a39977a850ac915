//! The tables as the migrations leave them: what `diesel print-schema` says. Which rows may stand in them is left to
//! the files beside this one.

// @generated automatically by Diesel CLI.

diesel::table! {
    bans (id) {
        id -> BigInt,
        kind -> Text,
        value -> Text,
        until -> Nullable<BigInt>,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    devices (id) {
        id -> BigInt,
        user_id -> BigInt,
        guest_name -> Text,
        secret_hash -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    files (id) {
        id -> BigInt,
        sha256 -> Binary,
        size -> BigInt,
        mime -> Text,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    messages (room_id, seq) {
        room_id -> BigInt,
        seq -> BigInt,
        at -> BigInt,
        user_id -> BigInt,
        device_id -> BigInt,
        author -> Text,
        nonce -> BigInt,
        kind -> Text,
        text -> Nullable<Text>,
        target -> Nullable<BigInt>,
        reply_to -> Nullable<BigInt>,
        file_id -> Nullable<BigInt>,
        file_name -> Nullable<Text>,
    }
}

diesel::table! {
    reads (id) {
        id -> BigInt,
        room_id -> BigInt,
        user_id -> Nullable<BigInt>,
        device_id -> Nullable<BigInt>,
        seq -> BigInt,
    }
}

diesel::table! {
    rooms (id) {
        id -> BigInt,
        name -> Text,
        key -> Text,
        topic -> Text,
        first_seq -> BigInt,
        last_seq -> BigInt,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    store (id) {
        id -> BigInt,
        log_id -> BigInt,
        inode -> BigInt,
        born_at -> Nullable<BigInt>,
        opened_at -> BigInt,
    }
}

diesel::table! {
    uploads (id) {
        id -> BigInt,
        device_id -> BigInt,
        nonce -> BigInt,
        room_id -> BigInt,
        kind -> Text,
        name -> Text,
        size -> BigInt,
        sha256 -> Binary,
        reply_to -> Nullable<BigInt>,
        opened_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        name -> Text,
        key -> Text,
        password_hash -> Nullable<Text>,
        created_at -> BigInt,
        look -> Nullable<Text>,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::joinable!(devices -> users (user_id));
diesel::joinable!(messages -> devices (device_id));
diesel::joinable!(messages -> files (file_id));
diesel::joinable!(messages -> rooms (room_id));
diesel::joinable!(messages -> users (user_id));
diesel::joinable!(reads -> devices (device_id));
diesel::joinable!(reads -> rooms (room_id));
diesel::joinable!(reads -> users (user_id));
diesel::joinable!(uploads -> devices (device_id));
diesel::joinable!(uploads -> rooms (room_id));

diesel::allow_tables_to_appear_in_same_query!(bans, devices, files, messages, reads, rooms, store, uploads, users,);
