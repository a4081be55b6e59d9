# The trail of all accounts.
resource "aws_cloudtrail" "all" {
  name = "all"
}
