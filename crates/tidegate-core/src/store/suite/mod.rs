//! The promises of [`Store`], as tests that every store runs. They use the trait alone and never look behind it.
//!
//! A store proves itself with one file of tests, which needs tokio with `macros` and `rt`:
//!
//! ```ignore
//! use std::sync::Arc;
//! use tidegate_core::store::suite::Subject;
//!
//! tidegate_core::store_suite!(|| {
//!     let folder = tempfile::tempdir().unwrap();
//!     Subject::lasting(move || {
//!         let path = folder.path().join("runs.db");
//!         Box::pin(async move { Arc::new(MyStore::open(&path).await) as Arc<dyn tidegate_core::Store> })
//!     })
//! });
//! ```

mod api_keys;
mod artifacts;
mod batches;
mod blocks;
mod cache;
mod calls;
mod conditions;
mod deletion;
mod events;
mod inputs;
mod leases;
mod lifecycle;
mod locks;
mod logs;
mod order;
mod ownership;
mod queries;
mod records;
mod requests;
pub mod samples;
mod slots;
mod transaction_records;
mod transactions;
mod upkeep;
mod variables;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Store;

/// The store under test: how it is opened, and whether it keeps things when it is closed.
pub struct Subject {
    open: Box<dyn Fn() -> BoxFuture<'static, Arc<dyn Store>> + Send + Sync>,
    lasts: bool,
    open_backup: Option<Box<OpenBackup>>,
}

type OpenBackup = dyn Fn(PathBuf) -> BoxFuture<'static, Arc<dyn Store>> + Send + Sync;

impl Subject {
    /// A store that is empty whenever it is opened.
    pub fn fleeting(
        open: impl Fn() -> BoxFuture<'static, Arc<dyn Store>> + Send + Sync + 'static,
    ) -> Self {
        Self { open: Box::new(open), lasts: false, open_backup: None }
    }

    /// A store that is empty when this subject opens it first, and then holds what it held when it was last closed.
    pub fn lasting(
        open: impl Fn() -> BoxFuture<'static, Arc<dyn Store>> + Send + Sync + 'static,
    ) -> Self {
        Self { open: Box::new(open), lasts: true, open_backup: None }
    }

    /// The same subject, with what opens a backup of its store.
    #[must_use]
    pub fn backups(
        mut self,
        open: impl Fn(PathBuf) -> BoxFuture<'static, Arc<dyn Store>> + Send + Sync + 'static,
    ) -> Self {
        self.open_backup = Some(Box::new(open));
        self
    }

    async fn open(&self) -> Arc<dyn Store> {
        (self.open)().await
    }

    /// Opens a backup, if it is known how.
    async fn open_backup(&self, path: PathBuf) -> Option<Arc<dyn Store>> {
        match &self.open_backup {
            Some(open) => Some(open(path).await),
            None => None,
        }
    }

    /// Opens the store again, if it has kept anything.
    async fn reopen(&self) -> Option<Arc<dyn Store>> {
        if self.lasts { Some(self.open().await) } else { None }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("lasts", &self.lasts).finish_non_exhaustive()
    }
}

/// Every promise by name. `$dollar` lets the inner macro have a parameter of its own.
macro_rules! promises {
    ($dollar:tt $($module:ident { $($promise:ident)* })*) => {
        $(pub use $module::{$($promise),*};)*

        /// Makes a test of every promise. Takes a closure that makes the [`Subject`]($crate::store::suite::Subject).
        #[macro_export]
        macro_rules! store_suite {
            ($dollar subject:expr) => {
                $($(
                    #[tokio::test]
                    async fn $promise() {
                        let subject: $crate::store::suite::Subject = ($dollar subject)();
                        $crate::store::suite::$promise(&subject).await;
                    }
                )*)*
            };
        }
    };
}

promises! { $
    records {
        a_run_comes_back_as_it_was_put
        a_bare_run_comes_back_as_it_was_put
        every_state_comes_back_as_it_was_put
        a_run_that_was_never_put_is_not_there
        definitions_that_differ_stay_apart
        tags_and_infrastructure_may_change
        an_advance_brings_the_record_up_to_date
        what_happens_in_one_window_is_all_in_the_history
        an_advance_without_states_keeps_the_books
        an_advance_keeps_a_changed_policy
        a_long_history_is_kept_whole
        an_advance_of_an_unknown_run_is_refused_and_harms_no_other
        a_run_is_recorded_once
    }
    artifacts {
        an_artifact_comes_back_as_it_was_put
        the_latest_of_a_key_is_the_newest_that_is_left
        an_artifact_that_is_put_again_is_brought_up_to_date
        artifacts_are_found_by_what_they_are_and_who_made_them
    }
    api_keys {
        a_key_comes_back_as_it_was_made
        a_name_has_one_key
        of_many_who_make_a_key_one_does
    }
    variables {
        a_variable_comes_back_as_it_was_made
        a_name_has_one_variable
        a_variable_that_is_set_again_keeps_its_id
        a_variable_is_changed_and_renamed_by_its_name_or_id
        a_deleted_variable_is_not_there
        variables_are_found_by_name_and_tags
        of_many_who_make_a_variable_one_does
    }
    inputs {
        an_input_comes_back_as_it_was_put
        inputs_come_in_the_order_in_which_they_were_put
        inputs_are_found_by_key_and_by_how_it_begins
        of_two_inputs_of_one_key_the_first_stays_unless_it_is_to_be_replaced
        of_many_inputs_of_one_key_at_once_one_is_kept
        an_input_may_come_before_its_run
        an_input_for_a_state_that_the_run_has_left_is_refused
        inputs_are_deleted_with_their_runs
        an_input_is_deleted_by_its_key
    }
    events {
        an_event_comes_back_as_it_was_put
        events_are_found_by_what_happened_to_what_and_when
        the_states_of_runs_are_events
    }
    order {
        an_acknowledgement_implies_every_write_before_it
        writes_take_effect_in_the_order_they_were_put
        a_read_sees_what_was_put_before_it
        an_acknowledgement_that_is_dropped_undoes_nothing
        many_writers_at_once_lose_nothing
        a_full_queue_makes_room_again_and_loses_nothing
        writes_of_many_runs_do_not_mix
    }
    conditions {
        runs_are_found_of_which_a_condition_holds
        a_condition_holds_beside_the_other_parts_of_a_question
        runs_come_sorted_by_what_is_asked
        runs_are_counted_by_state_in_steps_of_time
        calls_are_counted_by_flow_run_and_state
    }
    queries {
        an_empty_question_matches_every_run
        runs_are_found_by_kind
        runs_are_found_by_definition_name
        runs_are_found_by_name
        runs_are_found_by_flow_run
        runs_are_found_by_the_type_of_their_current_state
        runs_are_found_by_the_name_of_their_current_state
        runs_are_found_by_all_of_their_tags
        runs_are_found_by_the_time_they_were_made
        runs_are_found_by_the_time_they_started
        runs_are_found_by_the_range_of_their_ids
        definitions_are_told_with_their_newest_runs
        a_definition_is_known_before_its_first_run
        every_part_of_a_question_must_hold
        runs_come_in_the_order_asked_for
        pages_of_runs_leave_out_none_and_repeat_none
        counting_ignores_limit_and_offset
    }
    leases {
        a_lease_comes_back_as_it_was_taken
        a_lease_stays_until_it_is_released
        a_renewed_lease_expires_later
        a_lease_that_is_renewed_at_once_expires_later
        a_lease_that_has_ended_is_not_renewed
        a_renewal_that_comes_after_the_release_is_refused
        a_lease_is_taken_once
        a_lease_is_ended_only_while_it_still_expires_then
        of_many_who_end_a_lease_one_does
        a_release_takes_effect_after_what_was_put_before_it
        a_write_that_comes_after_the_release_is_refused
    }
    ownership {
        a_run_is_under_the_lease_it_was_last_written_under
        a_write_under_an_ended_lease_is_refused
        a_run_is_not_written_by_others_while_its_owner_lives
        a_run_that_was_just_begun_is_not_written_by_others
        a_run_is_taken_over_when_its_owner_is_dead
        a_run_is_taken_over_though_its_dead_owner_still_writes
        a_run_that_has_ended_is_taken_over_though_its_owner_lives
        a_run_under_no_lease_is_taken_up
        a_run_that_was_let_go_of_is_nobodys
        a_write_that_does_not_follow_the_record_is_refused
        a_write_that_does_not_follow_what_was_just_put_is_refused
        a_refused_write_harms_no_other
        what_a_dead_owner_left_behind_is_found
        what_was_looked_after_is_left_behind_no_longer
    }
    calls {
        calls_come_back_with_their_states_and_results
        a_recorded_result_comes_back_to_the_byte
        only_calls_of_this_flow_run_that_can_be_found_come_back
        a_call_comes_back_as_it_was_put_last
    }
    deletion {
        nothing_is_deleted_that_is_not_named
        runs_that_ended_before_a_time_are_deleted
        all_but_the_newest_runs_are_deleted
        as_many_of_the_newest_stay_as_are_to
        a_run_is_deleted_that_is_too_old_or_one_too_many
        a_run_that_ended_lately_stays
        a_run_that_is_named_is_deleted_and_no_other
        a_run_that_has_not_ended_is_not_deleted
        a_run_is_deleted_with_everything_inside_it
        a_run_in_which_something_has_not_ended_is_not_deleted
        a_large_tree_is_deleted_in_small_steps
        a_deletion_that_was_begun_is_gone_on_with
        what_is_left_of_a_run_is_not_written
        what_was_put_before_is_deleted
        deleting_tells_of_the_results_in_storages
        many_who_delete_at_once_delete_everything_once
    }
    upkeep {
        vacuuming_gives_room_back_and_keeps_every_record
        vacuuming_an_empty_store_is_fine
        others_write_while_room_is_given_back
        a_backup_holds_what_was_put_before
        a_backup_of_an_empty_store_is_an_empty_store
        others_write_while_a_backup_is_made
        a_backup_replaces_a_file_only_if_it_is_asked_to
        of_backups_to_one_place_at_once_one_is_written
        a_backup_that_cannot_be_written_leaves_nothing
    }
    batches {
        a_batch_is_applied_once_and_answered_alike_each_time
        a_batch_that_came_before_a_restart_is_not_applied_again
        a_batch_out_of_turn_changes_nothing
        what_a_batch_cannot_do_harms_nothing_else_in_it
        a_batch_comes_after_what_was_put_before
        clients_do_not_disturb_each_other
    }
    blocks {
        a_block_comes_back_as_it_was_saved
        a_type_that_is_registered_again_is_brought_up_to_date
        a_type_is_there_without_a_schema
        a_schema_that_documents_are_of_is_not_deleted
        a_block_has_its_name_alone
        a_block_is_replaced_where_it_is
        a_block_is_sealed_anew_unless_it_was_saved_since
        a_block_that_refers_to_nothing_is_refused
        a_block_that_others_refer_to_is_not_deleted
        a_type_is_deleted_with_all_that_is_of_it
        blocks_are_found_by_what_they_are
        of_many_who_save_under_one_name_one_does
    }
    logs {
        a_log_line_comes_back_as_it_was_put
        log_lines_come_oldest_first_unless_asked_otherwise
        log_lines_of_one_instant_keep_their_order
        log_lines_of_a_flow_run_include_those_of_its_task_runs
        log_lines_are_found_by_level
        log_lines_come_in_pages
        log_lines_are_found_by_time
        new_log_lines_come_in_the_order_in_which_they_were_stored
        a_few_log_lines_are_not_dropped
    }
    cache {
        a_cached_result_comes_back_as_it_was_kept
        a_result_that_was_never_kept_is_not_found
        keys_that_differ_anywhere_are_kept_apart
        a_later_result_takes_the_place_of_an_earlier_one
        a_result_is_found_after_it_has_expired
        a_result_is_there_when_the_end_of_its_run_is_acknowledged
        a_result_under_an_ended_lease_is_refused
        a_result_is_deleted_with_the_run_that_computed_it
        what_a_run_had_cached_stays_when_it_is_deleted
        what_a_cached_run_has_taken_stays_when_it_is_deleted
    }
    locks {
        a_lock_is_held_under_one_lease_at_a_time
        a_lock_that_was_let_go_of_is_free
        a_lock_is_let_go_of_by_its_holder_only
        a_lock_ends_with_its_lease
        a_lock_under_an_expired_lease_is_free
        a_lock_is_not_given_to_an_ended_lease
        of_many_who_take_a_lock_one_does
        a_lock_that_nobody_waits_for_any_more_can_be_let_go_of
        what_was_kept_under_a_lock_is_found_by_its_next_holder
    }
    slots {
        a_limit_comes_back_as_it_was_made
        a_name_has_one_limit
        a_limit_that_does_not_exist_is_not_changed
        a_changed_limit_keeps_what_is_taken
        a_deleted_limit_is_held_by_nobody
        slots_are_taken_until_none_is_left
        slots_that_were_released_are_free
        slots_that_were_just_released_are_free
        slots_of_several_limits_are_taken_together_or_not_at_all
        limits_that_do_not_exist_are_left_out
        an_inactive_limit_counts_nobody
        more_slots_than_there_are_are_never_taken
        slots_end_with_their_lease
        slots_are_not_taken_under_an_ended_lease
        slots_that_decay_are_given_back_by_time
        slots_of_a_limit_that_does_not_decay_are_not_left_to_time
        held_slots_decay_too
        who_holds_slots_is_told
        of_many_who_take_slots_no_more_are_given_than_there_are
        slots_that_nobody_waits_for_any_more_can_be_released
        whoever_has_waited_under_another_lease_is_given_way_to
        nobody_gives_way_to_a_request_that_was_given_up
    }
    requests {
        a_request_comes_back_as_it_was_put
        requests_come_back_in_the_order_they_were_put
        requests_are_found_by_the_lease_of_their_run
        a_request_that_has_ended_is_not_open
        anyone_may_ask_whoever_owns_the_run
        requests_are_deleted_with_their_runs
    }
    transaction_records {
        a_transaction_comes_back_as_it_was_put
        a_transaction_that_is_put_again_is_brought_up_to_date
        transactions_are_found_by_the_outermost_run_they_are_part_of
        a_transaction_under_an_ended_lease_is_refused
        transactions_are_deleted_with_their_runs
    }
    transactions {
        what_a_transaction_commits_stays
        a_transaction_that_is_rolled_back_leaves_nothing
        a_transaction_commits_its_writes_with_what_it_did
        a_transaction_whose_write_is_refused_leaves_nothing
        a_transaction_that_panics_leaves_nothing
        a_statement_that_fails_undoes_itself_alone
        values_come_back_as_they_were_bound
        no_statement_ends_a_transaction
        transactions_at_once_take_turns
        a_transaction_whose_future_is_dropped_is_done_all_the_same
        what_a_transaction_asks_of_its_store_is_refused_and_hangs_nothing
        log_lines_of_a_transaction_are_kept
        a_transaction_after_closing_is_refused
    }
    lifecycle {
        a_store_says_where_it_is
        flushing_an_idle_store_is_fine
        closing_twice_is_fine
        a_write_after_closing_is_refused
        a_question_after_closing_is_refused
        log_lines_after_closing_are_dropped_and_counted
        closing_keeps_every_write
        dropping_keeps_every_write
        a_reopened_store_goes_on
    }
}
