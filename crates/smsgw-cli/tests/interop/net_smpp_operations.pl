# Operations by Net::SMPP, one after the other; what it reads and prints, operations.rs says.
use strict;
use warnings;

use JSON::PP;
use Net::SMPP;

$| = 1;
my $json = JSON::PP->new->utf8->canonical;
my ($address, $system_id, $password) = @ARGV;
my ($host, $port) = $address =~ /^(.*):(\d+)$/;
my $smpp = Net::SMPP->new_transceiver($host, port => $port, system_id => $system_id, password => $password, async => 0)
    or die "no connection: $!";

my $last_id;
for my $request (map { $json->decode($_) } grep { /\S/ } <STDIN>) {
    my $command = delete $request->{command};
    my $to      = delete $request->{to};
    $request->{message_id} = $last_id if ($request->{message_id} // '') eq '$id';
    if ($to) {
        my @ones = (1) x @$to;
        my %destination = (dest_addr_ton => \@ones, dest_addr_npi => \@ones, destination_addr => $to);
        %destination = map { $_ => $destination{$_}[0] } keys %destination if @$to == 1;
        $request = { %$request, %destination };
    }
    my $pdu = $smpp->$command(source_addr_ton => 5, source_addr => 'smsgw', %$request) // die 'the connection ended';
    $last_id = $pdu->{message_id} if $command =~ /^submit/;
    my %answer = (event => 'answer', command => Net::SMPP::pdu_tab->{ $pdu->cmd }{cmd}, status => $pdu->status);
    if (defined $pdu->{message_state}) {
        $answer{message_state} = $pdu->{message_state};
        $answer{is_final} = $pdu->{final_date} ? JSON::PP::true : JSON::PP::false;
    }
    $answer{failed} = $pdu->{destination_addr} // [] if defined $pdu->{no_unsuccess};
    print $json->encode(\%answer), "\n";
}
exit $smpp->unbind->status;
