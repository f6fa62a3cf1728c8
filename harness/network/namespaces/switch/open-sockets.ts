/**
 * Opens packet sockets, which Node cannot, and lets a program inherit them (packet(7)). In Perl. Arguments: the interface by which frames leave
 * the kernel and the one at which they are found, the interfaces to which they are brought, `--`, and the program, which
 * gets the descriptors as further arguments: the one at which frames are found, then one for each interface.
 */
export const openSockets = `
use strict;
my ($out, $in, @rest) = @ARGV;
my @gates;
while (@rest) { my $word = shift @rest; last if $word eq "--"; push @gates, $word; }
$^F = 65535; # descriptors stay open for the program
sub packets {
  my ($interface, $protocol) = @_;
  socket(my $socket, 17, 3, unpack("S", pack("n", $protocol))) or die "packet socket: $!"; # AF_PACKET, SOCK_RAW
  my $request = pack("a16 x24", $interface);
  ioctl($socket, 0x8933, $request) or die "$interface: $!"; # SIOCGIFINDEX
  my $number = unpack("x16 i", $request);
  bind($socket, pack("S n i S C C a8", 17, $protocol, $number, 0, 0, 0, "")) or die "$interface: $!";
  return $socket;
}
my $reading = packets($in, 0x0800);
setsockopt($reading, 1, 8, pack("i", 4 << 20)); # SO_RCVBUF
# Frames are to come one by one, with their checksums: without ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO.
for my $command (0x17, 0x19, 0x1f) {
  my $value = pack("L L", $command, 0);
  my $request = pack("a16 P x16", $out, $value);
  ioctl($reading, 0x8946, $request) or $command == 0x19 or die "offloads of $out: $!"; # SIOCETHTOOL
}
my @sockets = ($reading, map { packets($_, 0) } @gates);
exec @rest, map { fileno($_) } @sockets or die "$rest[0]: $!";
`;
