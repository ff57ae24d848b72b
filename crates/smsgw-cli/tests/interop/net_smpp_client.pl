# An ESME built on Net::SMPP; what it reads and prints, esme.rs says. Its receipts also tell the tags of their TLVs.
# The environment variable SMPP_VERSION (in hex, 34 unless set) chooses the interface_version of the bind.
use strict;
use warnings;

use Encode qw(decode encode);
use IO::Select;
use JSON::PP;
use Net::SMPP;
use Time::HiRes qw(time);

use constant PATIENCE => 30;    # seconds for all that it waits for
use constant PART     => 134;   # octets of a part, whatever its alphabet

$| = 1;
my $json = JSON::PP->new->utf8->canonical;
my ($address, $system_id, $password, $incoming) = @ARGV;
my ($host, $port) = $address =~ /^(.*):(\d+)$/;
$incoming //= 0;
my @messages = map { $json->decode($_) } grep { /\S/ } <STDIN>;

sub report {
    my ($event, %fields) = @_;
    print $json->encode({ event => $event, %fields }), "\n";
}

sub alphabet { $_[0] == 8 ? 'UTF-16BE' : 'gsm0338' }

my $version = hex($ENV{SMPP_VERSION} // '34');
my ($smpp, $bound) = Net::SMPP->new_transceiver(
    $host,
    port              => $port,
    system_id         => $system_id,
    password          => $password,
    smpp_version      => $version,
    interface_version => $version,
    async             => 0,
) or die "no connection: $!";
report(bind => status => $bound->status);
exit 0 if $bound->status;
report(alive => status => $smpp->enquire_link->status);

my %unanswered;    # sequence_number -> name
my %unreceipted;
my ($received, $asked) = (0, 0);

# The PDUs that carry a message: [method, the fields that differ].
sub parts {
    my ($message) = @_;
    my $octets = encode(alphabet($message->{data_coding}), $message->{text}, Encode::FB_CROAK | Encode::LEAVE_SRC);
    my $how = $message->{how};
    return [submit_sm => short_message   => $octets] if $how eq 'short_message';
    return [submit_sm => message_payload => $octets] if $how eq 'message_payload';
    return [data_sm   => message_payload => $octets] if $how eq 'data_sm';
    my @pieces = unpack '(a' . PART . ')*', $octets;
    my $number = 0;
    return map {
        $number += 1;
        $how eq 'udh'
            ? [submit_sm => esm_class => 0x40, short_message => pack('C6 a*', 5, 0, 3, 7, scalar @pieces, $number, $_)]
            : [
            submit_sm          => short_message => $_,
            sar_msg_ref_num    => pack('n', 7),
            sar_total_segments => pack('C', scalar @pieces),
            sar_segment_seqnum => pack('C', $number),
            ];
    } @pieces;
}

sub submit {
    my ($message, $method, @fields) = @_;
    my $number = $smpp->$method(
        async               => 1,
        source_addr_ton     => 5,
        source_addr_npi     => 0,
        source_addr         => $message->{from},
        dest_addr_ton       => 1,
        dest_addr_npi       => 1,
        destination_addr    => $message->{to} =~ s/^\+//r,
        data_coding         => $message->{data_coding},
        registered_delivery => 1,
        @fields,
    );
    $unanswered{$number} = $message->{name};
}

sub delivered {
    my ($pdu) = @_;
    my $octets = $pdu->{short_message};
    $octets = substr $octets, 1 + ord $octets if $pdu->{esm_class} & 0x40;
    my $text = decode(alphabet($pdu->{data_coding}), $octets, Encode::FB_CROAK);
    my %parties = (from => $pdu->{source_addr}, to => $pdu->{destination_addr});
    if ($pdu->{esm_class} & 0b0011_1100) {
        my %fields = map { lc } $text =~ /(submit date|done date|\w+):(\S*)/g;
        $fields{stat} = uc $fields{stat};
        my @tlvs = sort { $a <=> $b } map { /^\d+$/ ? 0 + $_ : () } keys %$pdu;
        report(receipt => esm_class => $pdu->{esm_class}, fields => \%fields, tlvs => \@tlvs, %parties);
        delete $unreceipted{ $fields{id} };
    }
    else {
        $received += 1;
        report(message => text => $text, %parties);
    }
    $smpp->deliver_sm_resp(seq => $pdu->seq, message_id => '');
}

sub take {
    my $pdu = $smpp->read_pdu // die 'the connection ended';
    my $command = $pdu->cmd;
    if ($command == Net::SMPP::CMD_deliver_sm) {
        delivered($pdu);
    }
    elsif ($command == Net::SMPP::CMD_enquire_link) {
        $asked = 1;
        report('asked');
        $smpp->enquire_link_resp(seq => $pdu->seq);
    }
    elsif (my $name = delete $unanswered{ $pdu->seq }) {
        report(submit => name => $name, status => $pdu->status, id => $pdu->{message_id});
        $unreceipted{ $pdu->{message_id} } = 1 unless $pdu->status;
    }
    else {
        die "unexpected: $command";
    }
}

sub waits { %unanswered || %unreceipted || $received < $incoming || $incoming && !$asked }

submit($_->[0], @{ $_->[1] }) for map { my $message = $_; map { [$message, $_] } parts($message) } @messages;
my $readable = IO::Select->new($smpp);
my $deadline = time + PATIENCE;
while (waits() && time < $deadline) {
    take() if $readable->can_read(0.1);
}
if (waits()) {
    print STDERR "unanswered: ", join(' ', values %unanswered), ", no receipt for: ", join(' ', keys %unreceipted), "\n";
    exit 1;
}
exit $smpp->unbind->status;
