# A message centre built on Net::SMPP; what it is told and prints, smsc.rs says.
use strict;
use warnings;

use Encode qw(decode);
use IO::Select;
use JSON::PP;
use Net::SMPP;
use POSIX qw(strftime);
use Time::HiRes qw(time);

use constant RECEIPT_DELAY => 0.05;         # seconds
use constant BEFORE_CUT    => 0.2;          # for what is still on its way
use constant THROTTLED     => 0x0000_0058;
use constant BIND_FAILED   => 0x0000_000D;

$| = 1;
my $json = JSON::PP->new->utf8->canonical;
my ($system_id, $password, $port, $mode, $n, $m) = @ARGV;
$mode //= '';

my $submitted  = 0;
my $is_trouble = $mode eq 'drop' || $mode eq 'cut';
my $session;           # the connection
my $is_bound = 0;
my @timers;            # [time, what to do], the first one first
my @held;              # answers to be reordered
my @unsent;            # receipts that wait for a session
my %unacknowledged;    # receipts under way: id -> submit
my %requests;          # sequence_number -> what to do with the answer

sub report {
    my ($event, %fields) = @_;
    print $json->encode({ event => $event, %fields }), "\n";
}

sub after {
    my ($delay, $action) = @_;
    @timers = sort { $a->[0] <=> $b->[0] } @timers, [time + $delay, $action];
}

# The concatenation element of a user data header, 8-bit (00) or 16-bit (08) reference, or undef.
sub concatenation {
    my ($elements) = @_;
    while (length $elements) {
        my ($id, $value) = unpack 'C C/a', $elements;
        $elements = substr $elements, 2 + length $value;
        next if $id != 0x00 && $id != 0x08;
        my ($reference, $total, $part) = unpack $id ? 'nCC' : 'CCC', $value;
        return { reference => $reference, total => $total, part => $part };
    }
    return undef;
}

sub send_receipt {
    my ($submit, $id) = @_;
    if (!$is_bound) {
        push @unsent, [$submit, $id];
        return;
    }
    $unacknowledged{$id} = $submit;
    my $now = strftime('%y%m%d%H%M', gmtime);
    my $number = $session->deliver_sm(
        async                  => 1,
        esm_class              => 0x04,
        source_addr_ton        => $submit->{dest_addr_ton},
        source_addr_npi        => $submit->{dest_addr_npi},
        source_addr            => $submit->{destination_addr},
        dest_addr_ton          => $submit->{source_addr_ton},
        dest_addr_npi          => $submit->{source_addr_npi},
        destination_addr       => $submit->{source_addr},
        short_message          => "id:$id sub:001 dlvrd:001 submit date:$now done date:$now stat:DELIVRD err:000 text:",
        receipted_message_id   => "$id\0",
        message_state          => "\x02",
        map { defined $submit->{$_} ? ($_ => $submit->{$_}) : () } 'user_message_reference',
    );
    $requests{$number} = sub {
        delete $unacknowledged{$id};
        report(receipt => id => $id, status => $_[0]->status);
    };
}

sub release {
    $_->() for reverse splice @held;
}

sub on_submit {
    my ($pdu) = @_;
    $submitted += 1;
    my $id = "pl-$submitted";
    my ($udh, $octets) = ('', $pdu->{message_payload} // $pdu->{short_message});
    ($udh, $octets) = unpack 'C/a a*', $octets if $pdu->{esm_class} & 0x40;
    my %seen = (
        id                  => $id,
        from                => $pdu->{source_addr},
        to                  => $pdu->{destination_addr},
        data_coding         => $pdu->{data_coding},
        registered_delivery => $pdu->{registered_delivery},
        concatenation       => concatenation($udh),
        text                => decode($pdu->{data_coding} == 8 ? 'UTF-16BE' : 'gsm0338', $octets),
    );
    if ($mode eq 'throttle' && $submitted % $n == 0) {
        report(submit => %seen, status => THROTTLED);
        $session->submit_sm_resp(seq => $pdu->seq, status => THROTTLED, message_id => '');
        return;
    }
    if ($is_trouble && $submitted > $n) {
        report(submit => %seen, status => undef);
        push @unsent, [$pdu, $id] if $mode eq 'cut';
        after(BEFORE_CUT, sub { $is_trouble = 0; hang_up() }) if $submitted == $n + $m;
        return;
    }
    report(submit => %seen, status => 0);
    my $answer = sub {
        $session->submit_sm_resp(seq => $pdu->seq, message_id => $id);
        after(RECEIPT_DELAY, sub { send_receipt($pdu, $id) }) if $pdu->{registered_delivery} & 0x01;
    };
    if ($mode eq 'slow') {
        after($n / 1000, $answer);
    }
    elsif ($mode eq 'reorder') {
        push @held, $answer;
        if (@held >= $n) { release() }
        else { after(0.1, \&release) }
    }
    else {
        $answer->();
    }
}

sub on_bind {
    my ($pdu) = @_;
    $is_bound = $pdu->{system_id} eq $system_id && $pdu->{password} eq $password;
    my $status = $is_bound ? 0 : BIND_FAILED;
    report(bind => status => $status);
    $session->bind_transceiver_resp(seq => $pdu->seq, status => $status, system_id => 'net-smpp');
    return hang_up() if !$is_bound;
    my $number = $session->enquire_link(async => 1);
    $requests{$number} = sub { report(alive => status => $_[0]->status) };
    send_receipt(@$_) for splice @unsent;
}

my %commands = (
    Net::SMPP::CMD_bind_transceiver() => \&on_bind,
    Net::SMPP::CMD_submit_sm()        => \&on_submit,
    Net::SMPP::CMD_enquire_link()     => sub {
        report('asked');
        $session->enquire_link_resp(seq => $_[0]->seq);
    },
    Net::SMPP::CMD_unbind() => sub {
        report('unbind');
        $session->unbind_resp(seq => $_[0]->seq);
        hang_up();
    },
);

my $server = Net::SMPP->new_listen('127.0.0.1', port => $port) or die "port $port: $!";
my $readable = IO::Select->new($server);
report('ready');

sub hang_up {
    $readable->remove($session);
    $session->close;
    undef $session;
    $is_bound = 0;
    push @unsent, map { [$unacknowledged{$_}, $_] } keys %unacknowledged;
    %unacknowledged = %requests = ();
}

sub take {
    my $pdu = $session->read_pdu // return hang_up();
    my $action = $commands{ $pdu->cmd };
    $action = delete $requests{ $pdu->seq } if $pdu->cmd & 0x8000_0000;
    $action //= sub { report(error => message => 'unexpected command ' . $pdu->cmd) };
    $action->($pdu);
}

while (1) {
    my $delay = @timers ? $timers[0][0] - time : undef;
    $delay = 0 if defined $delay && $delay < 0;
    for my $ready ($readable->can_read($delay)) {
        if ($ready == $server) {
            $session = $server->accept;
            $readable->add($session);
        }
        else {
            take();
        }
    }
    while (@timers && $timers[0][0] <= time) {
        (shift @timers)->[1]->();
    }
}
